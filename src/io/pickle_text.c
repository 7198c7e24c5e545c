/* SPDX-License-Identifier: MIT */
/* Numbers and strings that protocol 0 writes in letters, and changes of character codes. */
#include <stdlib.h>
#include <string.h>

#include "pickle_internal.h"

enum { NUMBER_CAPACITY = 64, UTF8_CAPACITY = 4, LAST_CODE = 0x10FFFF };

/* [+-]?[0-9]+ without overflow. */
static bool
read_int(int64_t *out, const char *text, size_t length)
{
    size_t i = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    bool negative = i == 1 && text[0] == '-';
    int64_t number = 0;
    if (i == length) {
        return false;
    }
    for (; i < length; i++) {
        int digit = text[i] - '0';
        if (digit < 0 || digit > 9 || number < (INT64_MIN + digit) / 10) {
            return false;
        }
        number = 10 * number - digit; /* below 0 there is one number more */
    }
    if (!negative && number == INT64_MIN) {
        return false;
    }
    *out = negative ? number : -number;
    return true;
}

lb_status
lb_pickle_line_int(lb_value *out, lb_pickle_machine *machine, const char *line, size_t length,
                   bool is_long)
{
    if (!is_long && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1')) {
        *out = (lb_value){.kind = LB_VALUE_BOOL, .boolean = line[1] == '1'};
        return LB_OK;
    }
    if (is_long && length > 0 && line[length - 1] == 'L') {
        length--;
    }
    out->kind = LB_VALUE_INT;
    if (!read_int(&out->integer, line, length)) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "a line that is no whole number of 64 bits");
    }
    return LB_OK;
}

lb_status
lb_pickle_line_real(lb_value *out, lb_pickle_machine *machine, const char *line, size_t length)
{
    char text[NUMBER_CAPACITY] = "", *end = text;
    bool number = length > 0 && length < sizeof text;
    if (number) {
        memcpy(text, line, length);
        out->kind = LB_VALUE_REAL;
        out->real = strtod(text, &end);
        /* strtod() would also take spaces before the number, and hexadecimal ones. */
        number = end == text + length && strpbrk(text, " \t\v\f\rxX") == NULL;
    }
    if (!number) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a line that is no number");
    }
    return LB_OK;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A number of exactly `digits` hexadecimal digits. */
static bool
read_hex(uint32_t *out, const char *text, size_t left, size_t digits)
{
    uint32_t code = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = i < left ? hex_digit(text[i]) : -1;
        if (digit < 0) {
            return false;
        }
        code = code << 4 | (uint32_t)digit;
    }
    *out = code;
    return true;
}

/* The escape after a backslash; *used are its letters, 0 where there is no such escape. */
static char
read_escape(size_t *used, const char *text, size_t left)
{
    static const char LETTERS[] = "\\'\"abfnrtv", MEANINGS[] = "\\'\"\a\b\f\n\r\t\v";
    uint32_t code = 0;
    *used = 0;
    if (left == 0) {
        return 0;
    }
    const char *letter = memchr(LETTERS, text[0], sizeof LETTERS - 1);
    if (letter != NULL) {
        *used = 1;
        return MEANINGS[letter - LETTERS];
    }
    if (text[0] == 'x' && read_hex(&code, text + 1, left - 1, 2)) {
        *used = 3;
        return (char)code;
    }
    while (*used < 3 && *used < left && text[*used] >= '0' && text[*used] <= '7') {
        code = 8 * code + (uint32_t)(text[(*used)++] - '0');
    }
    return (char)code;
}

lb_status
lb_pickle_line_string(lb_value *out, lb_pickle_machine *machine, const char *line, size_t length)
{
    if (length < 2 || (line[0] != '\'' && line[0] != '"') || line[length - 1] != line[0]) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a string without quotes");
    }
    char *text = lb_pickle_take(machine->pickle, length, machine->err);
    if (text == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    size_t count = 0;
    for (size_t i = 1; i < length - 1; i++) {
        size_t used = 0;
        char c = line[i];
        if (c == '\\') {
            c = read_escape(&used, line + i + 1, length - 2 - i);
            if (used == 0) {
                return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a string with a wrong escape");
            }
        }
        text[count++] = c;
        i += used;
    }
    return lb_pickle_old_string(out, machine, text, count);
}

lb_status
lb_pickle_old_string(lb_value *out, lb_pickle_machine *machine, const void *bytes, size_t length)
{
    const unsigned char *text = bytes;
    for (size_t i = 0; i < length; i++) {
        if (text[i] >= 0x80) {
            return lb_pickle_new_bytes(out, machine, bytes, length);
        }
    }
    return lb_pickle_new_text(out, machine, bytes, length);
}

static size_t
put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char STARTS[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)(STARTS[length] | code);
    return length;
}

lb_status
lb_pickle_line_unicode(lb_value *out, lb_pickle_machine *machine, const char *line, size_t length)
{
    char *text = lb_pickle_take(machine->pickle, 2 * length + 1, machine->err);
    if (text == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t code = (unsigned char)line[i];
        size_t digits = line[i] != '\\' || i + 1 == length ? 0
                        : line[i + 1] == 'u'               ? 4
                        : line[i + 1] == 'U'               ? 8
                                                           : 0;
        if (digits > 0) {
            if (!read_hex(&code, line + i + 2, length - i - 2, digits) || code > LAST_CODE) {
                return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a text with a wrong escape");
            }
            i += 1 + digits;
        }
        used += put_utf8(text + used, code);
    }
    text[used] = '\0';
    lb_status status = lb_pickle_new_bytes(out, machine, text, used);
    out->kind = LB_VALUE_TEXT;
    return status;
}

lb_status
lb_pickle_latin1(lb_value *out, lb_pickle_machine *machine, const lb_value *text)
{
    const unsigned char *from = (const unsigned char *)text->bytes->bytes;
    size_t length = text->bytes->length, count = 0;
    unsigned char *to = lb_pickle_take(machine->pickle, length, machine->err);
    if (to == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    for (size_t i = 0; i < length; i++) {
        unsigned code = from[i];
        if (code >= 0x80) { /* a text has whole characters */
            code = (code & 0x1F) << 6 | (from[i + 1] & 0x3Fu);
            if (from[i] > 0xC3) {
                return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                                      "bytes as a text with letters beyond Latin-1");
            }
            i++;
        }
        to[count++] = (unsigned char)code;
    }
    return lb_pickle_new_bytes(out, machine, to, count);
}

static uint32_t
load_code(const uint8_t *at, bool swapped)
{
    return swapped ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
                   : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

lb_status
lb_pickle_ucs4(lb_value *out, lb_pickle_machine *machine, const uint8_t *bytes, size_t count,
               bool swapped)
{
    while (count > 0 && load_code(bytes + 4 * (count - 1), false) == 0) {
        count--;
    }
    char *text = lb_pickle_take(machine->pickle, UTF8_CAPACITY * count + 1, machine->err);
    if (text == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t code = load_code(bytes + 4 * i, swapped);
        if (code > LAST_CODE) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a text with a code beyond Unicode's");
        }
        used += put_utf8(text + used, code);
    }
    text[used] = '\0';
    lb_status status = lb_pickle_new_bytes(out, machine, text, used);
    out->kind = LB_VALUE_TEXT;
    return status;
}
