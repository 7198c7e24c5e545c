/* SPDX-License-Identifier: MIT */
/* Errors, and the notes of a context: one line each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/base.h"

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
