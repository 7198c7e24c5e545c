/* SPDX-License-Identifier: MIT */
/* The outline of a pickle: its containers, with a few members of each. */
#include "cli.h"

#include <inttypes.h>

#include "lesionbench/pickle.h"

enum { MAX_LINES = 60, FIRST_MEMBERS = 4, MAX_DEPTH = 4, TEXT_SHOWN = 60 };

static void
print_text(const char *text)
{
    size_t i = 0;
    putchar('\'');
    for (; text[i] != '\0' && (i < TEXT_SHOWN || (text[i] & 0xC0) == 0x80); i++) {
        putchar((unsigned char)text[i] < ' ' || text[i] == 0x7F ? '?' : text[i]);
    }
    fputs(text[i] != '\0' ? "...'" : "'", stdout);
}

static void
print_shape(const lb_value_shape *shape)
{
    printf("%s (", lb_element_name(shape->element));
    for (size_t i = 0; i < shape->rank; i++) {
        printf("%s%zu", i > 0 ? ", " : "", shape->shape[i]);
    }
    putchar(')');
}

/* What a value is, on the line of its name. */
static void
print_value(const lb_value *value)
{
    switch (value->kind) {
    case LB_VALUE_NONE:
        fputs("None", stdout);
        break;
    case LB_VALUE_BOOL:
        fputs(value->boolean ? "True" : "False", stdout);
        break;
    case LB_VALUE_INT:
        printf("%" PRId64, value->integer);
        break;
    case LB_VALUE_REAL:
        printf("%g", value->real);
        break;
    case LB_VALUE_TEXT:
        print_text(lb_value_text(value));
        break;
    case LB_VALUE_BYTES:
        printf("%zu bytes", lb_value_count(value));
        break;
    case LB_VALUE_LIST:
    case LB_VALUE_TUPLE:
    case LB_VALUE_SET:
    case LB_VALUE_DICT:
        printf("%s of %zu", lb_value_kind_name(value->kind), lb_value_count(value));
        break;
    case LB_VALUE_ARRAY:
    case LB_VALUE_TENSOR:
        printf("%s, ", lb_value_kind_name(value->kind));
        print_shape(lb_value_array(value));
        break;
    case LB_VALUE_OPAQUE:
        print_text(lb_value_opaque(NULL, value));
        break;
    }
    putchar('\n');
}

static bool
is_container(const lb_value *value)
{
    return value->kind == LB_VALUE_LIST || value->kind == LB_VALUE_TUPLE ||
           value->kind == LB_VALUE_SET || value->kind == LB_VALUE_DICT;
}

static bool
holds_numbers_alone(const lb_value *list)
{
    double ignored;
    for (size_t i = 0; list->kind != LB_VALUE_DICT && i < lb_value_count(list); i++) {
        if (!lb_value_number(&ignored, lb_value_at(list, i))) {
            return false;
        }
    }
    return list->kind != LB_VALUE_DICT;
}

static void
print_key(const lb_value *key)
{
    double number = 0;
    if (lb_value_text(key) != NULL) {
        print_text(lb_value_text(key));
    } else if (lb_value_number(&number, key)) {
        printf("%.17g", number);
    } else {
        fputs(lb_value_kind_name(key->kind), stdout);
    }
    fputs(": ", stdout);
}

/* The first members of a container; *lines are those that may still be printed. */
static void
print_members(const lb_value *value, int depth, size_t *lines)
{
    size_t count = lb_value_count(value), shown = 0;
    if (depth > MAX_DEPTH || holds_numbers_alone(value)) {
        return;
    }
    size_t max = value->kind == LB_VALUE_DICT ? 4 * FIRST_MEMBERS : FIRST_MEMBERS;
    for (; shown < count && shown < max && *lines > 0; shown++) {
        const lb_value *member = lb_value_at(value, shown);
        (*lines)--;
        printf("%*s", 2 * depth, "");
        if (value->kind == LB_VALUE_DICT) {
            print_key(lb_value_key(value, shown));
        } else {
            printf("%zu: ", shown);
        }
        print_value(member);
        if (is_container(member)) {
            print_members(member, depth + 1, lines);
        }
    }
    if (shown < count && *lines > 0) {
        (*lines)--;
        printf("%*s... and %zu more\n", 2 * depth, "", count - shown);
    }
}

lb_status
info_pickle(const char *path, lb_error *err)
{
    lb_pickle *pickle = NULL;
    lb_status status = lb_pickle_read(&pickle, path, NULL, err);
    if (status == LB_OK) {
        const lb_value *root = lb_pickle_root(pickle);
        size_t lines = MAX_LINES;
        fputs("pickle: ", stdout);
        print_value(root);
        if (is_container(root)) {
            print_members(root, 1, &lines);
        }
    }
    lb_pickle_free(pickle);
    return status;
}
