/* SPDX-License-Identifier: MIT */
#include "lesionbench/base.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform.h"

/* Whether a byte begins a character of UTF-8. */
static bool
begins_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

/* The start and length of the longest run without spaces: a path, mostly. */
static size_t
longest_word(size_t *length, const char *text)
{
    size_t first = 0;
    *length = 0;
    for (size_t at = 0; text[at] != '\0';) {
        size_t end = at + strcspn(text + at, " ");
        if (end - at > *length) {
            first = at;
            *length = end - at;
        }
        at = end + (text[end] == ' ');
    }
    return first;
}

/* Copies a text that is too long without the middle of its longest word, so that the reason, which
 * stands at the end, is kept; without the middle of all where that does not do. */
static void
copy_shortened(char *out, size_t size, const char *text)
{
    static const char GAP[] = "...";
    enum { LEFT = 64 }; /* of the word, at least */
    size_t total = strlen(text), word = 0;
    if (total < size) {
        memcpy(out, text, total + 1);
        return;
    }
    size_t excess = total + sizeof GAP - size, first = longest_word(&word, text);
    if (word < excess + LEFT) {
        first = 0;
        word = total;
    }
    size_t from = first + (word - excess) / 2, to = from + excess;
    while (from > 0 && !begins_character(text[from])) {
        from--;
    }
    while (text[to] != '\0' && !begins_character(text[to])) {
        to++;
    }
    snprintf(out, size, "%.*s%s%s", (int)from, text, GAP, text + to);
}

/* Names from files could drive the terminal. */
static void
make_harmless(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r' || *c == '\t') {
            *c = ' ';
        } else if ((unsigned char)*c < ' ' || *c == 0x7F) {
            *c = '?';
        }
    }
}

/* The message, and where `tail` is not NULL ": tail" behind it. Arguments may be the old message.
 */
static void
write_message(lb_error *err, const char *tail, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t head = length > 0 ? (size_t)length : 0;
    size_t size = head + (tail != NULL ? strlen(tail) + 2 : 0) + 1;
    char *whole = malloc(size);
    if (whole == NULL) { /* what fits must do */
        vsnprintf(err->message, sizeof err->message, format, arguments);
        make_harmless(err->message);
        return;
    }
    vsnprintf(whole, head + 1, format, arguments);
    if (tail != NULL) {
        snprintf(whole + head, size - head, ": %s", tail);
    }
    make_harmless(whole);
    copy_shortened(err->message, sizeof err->message, whole);
    free(whole);
}

lb_status
lb_fail(lb_error *err, lb_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    lb_fail_list(err, code, format, arguments);
    va_end(arguments);
    return code;
}

lb_status
lb_fail_list(lb_error *err, lb_status code, const char *format, va_list arguments)
{
    write_message(err, NULL, format, arguments);
    err->code = code;
    return code;
}

lb_status
lb_fail_context(lb_error *err, const char *format, ...)
{
    char old[sizeof err->message];
    memcpy(old, err->message, sizeof old);
    va_list arguments;
    va_start(arguments, format);
    write_message(err, old, format, arguments);
    va_end(arguments);
    return err->code;
}

lb_status
lb_fail_errno(lb_error *err, const char *format, ...)
{
    const char *reason = strerror(errno);
    va_list arguments;
    va_start(arguments, format);
    write_message(err, reason, format, arguments);
    va_end(arguments);
    err->code = LB_ERROR_IO;
    return err->code;
}

lb_status
lb_check_pointer(const void *pointer, const char *function, const char *argument, lb_error *err)
{
    return pointer != NULL ? LB_OK
                           : lb_fail(err, LB_ERROR_ARGUMENT, "%s: %s is NULL", function, argument);
}

/* Large arrays begin on a huge page and ask for such pages: the many megabytes of a network's
 * weights and activations are swept through, and small pages cost more than the memory's speed
 * allows. */
enum { ALIGNMENT = 64, HUGE_PAGE = 1 << 21, LARGE = 8 * HUGE_PAGE };

void *
lb_alloc(size_t count, size_t size, lb_error *err)
{
    size_t bytes = 0;
    if (lb_multiply(&bytes, count, size, err) != LB_OK) {
        return NULL;
    }
    if (bytes > SIZE_MAX - ALIGNMENT) {
        lb_fail(err, LB_ERROR_MEMORY, "out of memory: %zu elements of %zu bytes", count, size);
        return NULL;
    }
    size_t alignment = bytes < LARGE ? ALIGNMENT : HUGE_PAGE;
    size_t rounded = (bytes / ALIGNMENT + 1) * ALIGNMENT;
    void *pointer = NULL;
    if (posix_memalign(&pointer, alignment, rounded) != 0) {
        pointer = NULL;
    }
    if (pointer == NULL) {
        lb_fail(err, LB_ERROR_MEMORY, "out of memory: %zu elements of %zu bytes", count, size);
        return NULL;
    }
    if (bytes >= LARGE) {
        lb_platform_use_huge_pages(pointer, rounded);
    }
    memset(pointer, 0, rounded);
    return pointer;
}

void
lb_free(void *pointer)
{
    free(pointer);
}

char *
lb_strdup(const char *text, lb_error *err)
{
    return lb_format(err, "%s", text);
}

char *
lb_format(lb_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        lb_fail(err, LB_ERROR_ARGUMENT, "cannot format '%s'", format);
        return NULL;
    }
    char *text = lb_alloc((size_t)length + 1, 1, err);
    if (text != NULL) {
        va_start(arguments, format);
        vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    return text;
}

size_t
lb_first_not_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return i;
        }
    }
    return count;
}

size_t
lb_edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1], length = strlen(b);
    length = length > LONGEST ? LONGEST : length;
    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= length; j++) {
            size_t change = diagonal + (a[i] != b[j - 1]);
            size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[length];
}

lb_status
lb_multiply(size_t *out, size_t a, size_t b, lb_error *err)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return lb_fail(err, LB_ERROR_MEMORY, "a size overflows: %zu x %zu", a, b);
    }
    *out = a * b;
    return LB_OK;
}

void
lb_progress(const lb_context *context, const char *what, size_t done, size_t total)
{
    if (context != NULL && context->progress != NULL) {
        context->progress(context->progress_data, what, done, total);
    }
}

void
lb_note(const lb_context *context, const char *format, ...)
{
    lb_error line;
    if (context == NULL || context->note == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    write_message(&line, NULL, format, arguments);
    va_end(arguments);
    context->note(context->note_data, line.message);
}

bool
lb_is_cancelled(const lb_context *context)
{
    return context != NULL && context->cancelled != NULL && *context->cancelled != 0;
}

lb_status
lb_check_cancelled(const lb_context *context, lb_error *err)
{
    return lb_is_cancelled(context) ? lb_fail(err, LB_ERROR_INTERRUPTED, "interrupted") : LB_OK;
}

double
lb_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
