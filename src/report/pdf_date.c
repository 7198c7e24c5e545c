/* SPDX-License-Identifier: MIT */
/* cairo can be told to write no date, but gnuplot, which draws with cairo, does not tell it. cairo
 * 1.16 writes the date as it is. cairo 1.18 compresses it, in the last object stream (ISO 32000-1,
 * 7.5.7): here that stream and the cross-reference stream (7.5.8) after it are written again,
 * uncompressed, with the offsets that have moved. */
#define _GNU_SOURCE /* memmem */
#include "pdf_date.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

static const char FILTER[] = "   /Filter /FlateDecode\n", STREAM[] = ">>\nstream\n";
static const char END[] = "\nendstream\nendobj\n";

/* The last place of a text in the bytes; NULL where there is none. */
static const char *
find_last(const char *bytes, size_t size, const char *text)
{
    const char *found = NULL, *end = bytes + size;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL;
         at++) {
        found = at;
    }
    return found;
}

/* Makes a date spaces; false where there is none. */
static bool
blank_date(char *bytes, size_t size)
{
    static const char key[] = "/CreationDate (";
    char *date = memmem(bytes, size, key, sizeof key - 1);
    char *end = date != NULL ? memchr(date, ')', size - (size_t)(date - bytes)) : NULL;
    if (end != NULL) {
        memset(date, ' ', (size_t)(end + 1 - date));
    }
    return end != NULL;
}

/* An object with a compressed stream. */
typedef struct stream_object {
    const char *start; /* "N 0 obj" */
    const char *filter;
    const char *dictionary_end; /* STREAM */
    const char *end;            /* after the object */
    unsigned long number;
    char *data; /* inflated; free() */
    size_t size;
} stream_object;

static bool
inflate_stream(stream_object *object, const char *data, size_t size)
{
    uLongf capacity = size;
    int code = Z_BUF_ERROR;
    for (int i = 0; i < 12 && code == Z_BUF_ERROR; i++) {
        capacity = 2 * capacity + 64;
        free(object->data);
        object->data = malloc(capacity);
        uLongf found = capacity;
        code = object->data == NULL
                   ? Z_MEM_ERROR
                   : uncompress((Bytef *)object->data, &found, (const Bytef *)data, (uLong)size);
        object->size = found;
    }
    return code == Z_OK;
}

/* Reads the last object whose dictionary starts so. */
static bool
read_object(stream_object *out, const char *pdf, size_t size, const char *type)
{
    const char *end = pdf + size, *dictionary = find_last(pdf, size, type);
    if (dictionary == NULL) {
        return false;
    }
    out->start = find_last(pdf, (size_t)(dictionary - pdf), "\nendobj\n");
    out->filter = memmem(dictionary, (size_t)(end - dictionary), FILTER, sizeof FILTER - 1);
    out->dictionary_end = memmem(dictionary, (size_t)(end - dictionary), STREAM, sizeof STREAM - 1);
    if (out->start == NULL || out->filter == NULL || out->dictionary_end == NULL ||
        out->filter > out->dictionary_end) {
        return false;
    }
    out->start += strlen("\nendobj\n");
    const char *data = out->dictionary_end + strlen(STREAM);
    const char *stop = memmem(data, (size_t)(end - data), END, sizeof END - 1);
    if (stop == NULL) {
        return false;
    }
    out->number = strtoul(out->start, NULL, 10);
    out->end = stop + strlen(END);
    return inflate_stream(out, data, (size_t)(stop - data));
}

/* Sets the offset of an object in the cross-reference stream's entries; false where it has no room.
 */
static bool
set_offset(stream_object *xref, unsigned long number, size_t offset)
{
    unsigned long widths[3] = {0, 0, 0};
    const char *w = memmem(xref->start, (size_t)(xref->dictionary_end - xref->start), "/W [", 4);
    w = w != NULL ? w + strlen("/W [") : NULL;
    for (size_t i = 0; i < 3 && w != NULL; i++) {
        char *next = NULL;
        widths[i] = strtoul(w, &next, 10);
        w = next;
    }
    if (widths[0] != 1 || widths[1] > 8 || widths[2] > 8) {
        return false;
    }
    size_t entry = 1 + widths[1] + widths[2], at = number * entry;
    if (at + entry > xref->size || xref->data[at] != 1) {
        return false;
    }
    for (size_t i = widths[1]; i-- > 0; offset >>= 8) {
        xref->data[at + 1 + i] = (char)(offset & 0xff);
    }
    return offset == 0;
}

/* Writes the file with these two objects, and the number that stands between them, anew. */
static bool
write_again(FILE *out, const char *pdf, stream_object *objects, stream_object *xref)
{
    char number[64];
    const char *reference = memmem(objects->start, (size_t)(objects->filter - objects->start),
                                   "/Length ", strlen("/Length "));
    unsigned long between = strtoul(objects->end, NULL, 10); /* that object's number */
    unsigned long length =
        reference != NULL ? strtoul(reference + strlen("/Length "), NULL, 10) : 0;
    if (length == 0 || between != length || !blank_date(objects->data, objects->size)) {
        return false;
    }
    size_t rest = (size_t)(objects->dictionary_end - objects->filter) - strlen(FILTER);
    size_t head = (size_t)(objects->filter - pdf);
    size_t offset = head + rest + strlen(STREAM) + objects->size + strlen(END);
    snprintf(number, sizeof number, "%lu 0 obj\n   %zu\nendobj\n", length, objects->size);
    size_t last = offset + strlen(number);
    if (!set_offset(xref, length, offset) || !set_offset(xref, xref->number, last)) {
        return false;
    }
    fwrite(pdf, 1, head, out);
    fwrite(objects->filter + strlen(FILTER), 1, rest, out);
    fputs(STREAM, out);
    fwrite(objects->data, 1, objects->size, out);
    fprintf(out, "%s%s%lu 0 obj\n<< /Type /XRef\n   /Length %zu\n", END, number, xref->number,
            xref->size);
    const char *others = xref->filter + strlen(FILTER);
    fwrite(others, 1, (size_t)(xref->dictionary_end - others), out);
    fputs(STREAM, out);
    fwrite(xref->data, 1, xref->size, out);
    fprintf(out, "%sstartxref\n%zu\n%%%%EOF\n", END, last);
    return true;
}

lb_status
pdf_copy_undated(FILE *out, FILE *in, lb_error *err)
{
    lb_status status = LB_OK;
    char *pdf = NULL;
    stream_object objects = {.data = NULL}, xref = {.data = NULL};
    long end = fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;
    if (end < 0 || fseek(in, 0, SEEK_SET) != 0) {
        LB_TRY(lb_fail_errno(err, "cannot read a figure"));
    }
    size_t size = (size_t)end;
    LB_ALLOC(pdf, size + 1); /* ends with a zero */
    if (fread(pdf, 1, size, in) != size) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "cannot read a figure"));
    }
    if (blank_date(pdf, size) || !read_object(&objects, pdf, size, "<< /Type /ObjStm") ||
        !read_object(&xref, pdf, size, "<< /Type /XRef") ||
        !write_again(out, pdf, &objects, &xref)) {
        fwrite(pdf, 1, size, out);
    }
cleanup:
    free(xref.data);
    free(objects.data);
    lb_free(pdf);
    return status;
}
