/* SPDX-License-Identifier: MIT */
#include "npy_header.h"

#include <string.h>

static const struct {
    const char *descr;
    lb_type type;
} TYPES[] = {
    {"|u1", LB_U8},  {"|i1", LB_I8},  {"<i4", LB_I32}, {"<i8", LB_I64},
    {"<f4", LB_F32}, {"<f8", LB_F64}, {"|b1", LB_U8}, /* reading only */
};

enum { TYPE_COUNT = sizeof TYPES / sizeof *TYPES, WORD_CAPACITY = 32 };

typedef struct header {
    char descr[WORD_CAPACITY]; /* "" until read; so the others have their flags */
    bool has_order, fortran_order, has_shape;
    size_t rank, shape[LB_MAX_RANK];
} header;

const char *
lb_npy_descr(lb_type type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (TYPES[i].type == type) {
            return TYPES[i].descr;
        }
    }
    return NULL;
}

static void
skip_space(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

/* True, and past it, where this comes next. */
static bool
take(const char **at, const char *word)
{
    skip_space(at);
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0) {
        return false;
    }
    *at += length;
    return true;
}

/* 'text' or "text", without escapes. */
static bool
take_string(char *out, const char **at)
{
    skip_space(at);
    char quote = **at;
    if (quote != '\'' && quote != '"') {
        return false;
    }
    const char *start = *at + 1, *end = strchr(start, quote);
    if (end == NULL || end - start >= WORD_CAPACITY) {
        return false;
    }
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    *at = end + 1;
    return true;
}

static bool
take_size(size_t *out, const char **at)
{
    size_t value = 0;
    skip_space(at);
    if (**at < '0' || **at > '9') {
        return false;
    }
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        size_t digit = (size_t)(**at - '0');
        if (value > (SIZE_MAX - digit) / 10) {
            return false;
        }
        value = 10 * value + digit;
    }
    *out = value;
    return true;
}

/* (), (3,) or (3, 4) */
static bool
take_shape(header *found, const char **at)
{
    if (!take(at, "(")) {
        return false;
    }
    while (!take(at, ")")) {
        if (found->rank == LB_MAX_RANK || !take_size(&found->shape[found->rank++], at)) {
            return false;
        }
        if (!take(at, ",")) {
            return take(at, ")");
        }
    }
    return true;
}

static bool
take_pair(header *found, const char **at)
{
    char key[WORD_CAPACITY];
    if (!take_string(key, at) || !take(at, ":")) {
        return false;
    }
    if (strcmp(key, "descr") == 0) {
        return found->descr[0] == '\0' && take_string(found->descr, at);
    }
    if (strcmp(key, "fortran_order") == 0) {
        found->has_order = true;
        found->fortran_order = take(at, "True");
        return found->fortran_order || take(at, "False");
    }
    if (strcmp(key, "shape") == 0 && !found->has_shape) {
        found->has_shape = true;
        return take_shape(found, at);
    }
    return false;
}

static bool
parse(header *found, const char *at)
{
    if (!take(&at, "{")) {
        return false;
    }
    while (!take(&at, "}")) {
        if (!take_pair(found, &at)) {
            return false;
        }
        if (!take(&at, ",")) {
            if (!take(&at, "}")) {
                return false;
            }
            break;
        }
    }
    skip_space(&at);
    return *at == '\0' && found->descr[0] != '\0' && found->has_order && found->has_shape;
}

lb_status
lb_npy_parse_header(lb_array *out, const char *text, const char *path, lb_error *err)
{
    header found = {0};
    if (!parse(&found, text)) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: cannot read the .npy header (a plain array of at most %d axes is wanted)", path,
            LB_MAX_RANK);
    }
    if (found.fortran_order && found.rank > 1) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: is in Fortran order; save numpy.ascontiguousarray(array) instead",
                       path);
    }
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (strcmp(found.descr, TYPES[i].descr) == 0) {
            out->type = TYPES[i].type;
            out->is_bool = strcmp(found.descr, "|b1") == 0;
            out->rank = found.rank;
            memcpy(out->shape, found.shape, sizeof found.shape);
            return LB_OK;
        }
    }
    return lb_fail(
        err, LB_ERROR_UNSUPPORTED,
        "%s: has elements of type '%s'; only u1, i1, i4, i8, f4, f8 and b1, little-endian", path,
        found.descr);
}
