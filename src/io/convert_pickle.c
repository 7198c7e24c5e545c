/* SPDX-License-Identifier: MIT */
#include "convert_pickle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_KEY = 255, BYTES_PER_BYTE = 64, NUMBER_CAPACITY = 24 };
static const size_t MIN_OBJECTS = 10000, MIN_BYTES = (size_t)64 << 20;

typedef struct writer {
    lb_h5 *file;
    size_t objects, bytes; /* that may still be written */
} writer;

/* Values are shared in pickles, but not here. */
static lb_status
spend(writer *w, const char *path, size_t bytes, lb_error *err)
{
    if (w->objects == 0 || bytes > w->bytes) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "refers to the same values so often that '%s' and others would fill too much", path);
    }
    w->objects--;
    w->bytes -= bytes;
    return LB_OK;
}

static lb_status
write_array(writer *w, const char *path, const lb_value *value, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array array = {0};
    const size_t none = 1;
    if (lb_value_to_array(&array, value, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "'%s'", path));
    }
    LB_TRY(spend(w, path, lb_array_count(&array) * lb_type_size(array.type), err));
    LB_TRY(lb_h5_write(w->file, path, array.type, array.rank, array.rank > 0 ? array.shape : &none,
                       array.data, err));
cleanup:
    lb_array_release(&array);
    return status;
}

static lb_status
write_bytes(writer *w, const char *path, const lb_value *value, lb_error *err)
{
    size_t count = lb_value_count(value);
    lb_status status = spend(w, path, count, err);
    return status == LB_OK
               ? lb_h5_write(w->file, path, LB_U8, 1, &count, lb_value_bytes(value), err)
               : status;
}

/* HDF5's strings of one size end at their first zero byte. */
static lb_status
check_text(const lb_value *text, const char *path, lb_error *err)
{
    if (strlen(lb_value_text(text)) != lb_value_count(text)) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "'%s': a text with a zero byte in it", path);
    }
    return LB_OK;
}

/* One text, or a list of them. */
static lb_status
write_texts(writer *w, const char *path, const lb_value *value, lb_error *err)
{
    lb_status status = LB_OK;
    const char **texts = NULL;
    size_t count = value->kind == LB_VALUE_TEXT ? 1 : lb_value_count(value), longest = 1, bytes = 0;
    LB_ALLOC(texts, count);
    for (size_t i = 0; i < count; i++) {
        const lb_value *text = value->kind == LB_VALUE_TEXT ? value : lb_value_at(value, i);
        LB_TRY(check_text(text, path, err));
        texts[i] = lb_value_text(text);
        longest = lb_value_count(text) > longest ? lb_value_count(text) : longest;
    }
    LB_TRY(lb_multiply(&bytes, count, longest, err));
    LB_TRY(spend(w, path, bytes, err));
    LB_TRY(lb_h5_write_strings(w->file, path, count, texts, err));
cleanup:
    lb_free(texts);
    return status;
}

static bool
is_group(const lb_value *value)
{
    double ignored;
    size_t texts = 0, numbers = 0, count = lb_value_count(value);
    if (value->kind == LB_VALUE_DICT || value->kind == LB_VALUE_NONE) {
        return true;
    }
    if (value->kind != LB_VALUE_LIST && value->kind != LB_VALUE_TUPLE &&
        value->kind != LB_VALUE_SET) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        texts += lb_value_at(value, i)->kind == LB_VALUE_TEXT;
        numbers += lb_value_number(&ignored, lb_value_at(value, i));
    }
    return count == 0 || (texts != count && numbers != count);
}

static lb_status
write_dataset(writer *w, const char *path, const lb_value *value, lb_error *err)
{
    if (value->kind == LB_VALUE_BYTES) {
        return write_bytes(w, path, value, err);
    }
    bool container = value->kind == LB_VALUE_LIST || value->kind == LB_VALUE_TUPLE ||
                     value->kind == LB_VALUE_SET;
    const lb_value *first = container ? lb_value_at(value, 0) : value;
    return first->kind == LB_VALUE_TEXT ? write_texts(w, path, value, err)
                                        : write_array(w, path, value, err);
}

/* The name of a member, as a new string. */
static char *
member_name(const lb_value *group, size_t index, const char *path, lb_error *err)
{
    if (group->kind != LB_VALUE_DICT) {
        return lb_format(err, "%zu", index);
    }
    const lb_value *key = lb_value_key(group, index);
    if (key->kind == LB_VALUE_INT) {
        return lb_format(err, "%" PRId64, key->integer);
    }
    const char *text = lb_value_text(key);
    if (text == NULL || text[0] == '\0' || strcmp(text, ".") == 0 || strchr(text, '/') != NULL ||
        lb_value_count(key) > LONGEST_KEY || strlen(text) != lb_value_count(key)) {
        lb_fail(err, LB_ERROR_UNSUPPORTED,
                "'%s': a key that cannot be a name in HDF5 (%s%s%.40s%s; texts up to %d bytes "
                "without '/', and whole numbers can)",
                path, lb_value_kind_name(key->kind), text != NULL ? ": '" : "",
                text != NULL ? text : "", text != NULL ? "'" : "", LONGEST_KEY);
        return NULL;
    }
    return lb_strdup(text, err);
}

static const char *
group_kind(const lb_value *value)
{
    return value->kind == LB_VALUE_LIST    ? "list"
           : value->kind == LB_VALUE_TUPLE ? "tuple"
           : value->kind == LB_VALUE_SET   ? "set"
           : value->kind == LB_VALUE_DICT  ? "dict"
                                           : "None";
}

static lb_status write_value(writer *w, const char *path, const lb_value *value, lb_error *err);

static lb_status
write_member(writer *w, const char *path, const lb_value *group, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    char *name = NULL, *inner = NULL;
    name = member_name(group, index, path, err);
    LB_TRY(name == NULL ? err->code : LB_OK);
    inner = path[0] != '\0' ? lb_format(err, "%s/%s", path, name) : lb_strdup(name, err);
    LB_TRY(inner == NULL ? err->code : LB_OK);
    if (group->kind == LB_VALUE_DICT && lb_h5_has(w->file, inner)) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "'%s': a key that is there twice", inner));
    }
    LB_TRY(write_value(w, inner, lb_value_at(group, index), err));
cleanup:
    lb_free(inner);
    lb_free(name);
    return status;
}

/* As deep as the pickle's limit. */
static lb_status
write_value(writer *w, const char *path, const lb_value *value, lb_error *err)
{
    lb_status status = LB_OK;
    if (!is_group(value)) {
        return write_dataset(w, path[0] != '\0' ? path : "data", value, err);
    }
    LB_TRY(spend(w, path, 0, err));
    LB_TRY(lb_h5_set_text(w->file, path, "kind", group_kind(value), err));
    for (size_t i = 0; i < lb_value_count(value); i++) {
        LB_TRY(write_member(w, path, value, i, err));
    }
cleanup:
    return status;
}

lb_status
lb_convert_value(lb_h5 *file, const lb_value *root, size_t source_size, lb_error *err)
{
    writer w = {.file = file,
                .objects = MIN_OBJECTS + source_size,
                .bytes = MIN_BYTES + BYTES_PER_BYTE * source_size};
    return write_value(&w, "", root, err);
}
