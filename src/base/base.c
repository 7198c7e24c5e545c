/* SPDX-License-Identifier: MIT */
#include "lesionbench/base.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform.h"

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
