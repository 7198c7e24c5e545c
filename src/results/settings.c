/* SPDX-License-Identifier: MIT */
#include "lesionbench/settings.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/network.h"
#include "lesionbench/training.h"

static lb_status
fail_choice(const char *text, const char *const *choices, lb_error *err)
{
    char list[512] = "";
    size_t used = 0, count = 0;
    for (; choices[count] != NULL && used < sizeof list; count++) {
        int length = snprintf(list + used, sizeof list - used, "%s%s", count > 0 ? ", " : "",
                              choices[count]);
        used += length > 0 ? (size_t)length : 0;
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is not one of %s", text, list);
}

static const char *const OPTIMIZERS[] = {"sgd", "adam", "adamw", NULL};
static const char *const BOOLEANS[] = {"false", "true", NULL};

static lb_status
read_choice(size_t *out, const char *text, const char *const *choices, lb_error *err)
{
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            *out = i;
            return LB_OK;
        }
    }
    return fail_choice(text, choices, err);
}

static lb_status
read_whole(void *place, const lb_setting *setting, const char *text, lb_error *err)
{
    uint64_t value = 0;
    uint64_t max = setting->max >= 0x1p64 ? UINT64_MAX : (uint64_t)setting->max;
    lb_status status = lb_parse_u64(&value, text, (uint64_t)setting->min, max, err);
    if (status != LB_OK) {
        return status;
    }
    if (setting->kind == LB_SETTING_U32) {
        *(uint32_t *)place = (uint32_t)value;
    } else if (setting->kind == LB_SETTING_SIZE) {
        *(size_t *)place = (size_t)value;
    } else {
        *(uint64_t *)place = value;
    }
    return LB_OK;
}

/* One number, or one for each channel between commas. */
static lb_status
read_channels(double *out, const lb_setting *setting, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    double values[LB_INPUT_CHANNELS] = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    if (list.count != 1 && list.count != LB_INPUT_CHANNELS) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "'%s' has %zu numbers: one is for all channels, %d are one for each", text,
                       list.count, LB_INPUT_CHANNELS));
    }
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        const char *item = list.items[list.count == 1 ? 0 : c];
        LB_TRY(lb_parse_real(&values[c], item, setting->min, setting->max, err));
    }
    memcpy(out, values, sizeof values);
cleanup:
    lb_list_release(&list);
    return status;
}

lb_status
lb_setting_read(void *target, const lb_setting *setting, const char *text, lb_error *err)
{
    void *place = (char *)target + setting->offset;
    size_t choice = 0;
    lb_status status = LB_OK;
    switch (setting->kind) {
    case LB_SETTING_FLAG:
        status = read_choice(&choice, text, BOOLEANS, err);
        if (status == LB_OK) {
            *(bool *)place = choice == 1;
        }
        return status;
    case LB_SETTING_SIZE:
    case LB_SETTING_U32:
    case LB_SETTING_U64:
        return read_whole(place, setting, text, err);
    case LB_SETTING_REAL:
        return lb_parse_real(place, text, setting->min, setting->max, err);
    case LB_SETTING_CHANNELS:
        return read_channels(place, setting, text, err);
    case LB_SETTING_TEXT:
    case LB_SETTING_LIST:
        if (text[0] == '\0') {
            return lb_fail(err, LB_ERROR_ARGUMENT, "is empty");
        }
        *(const char **)place = text;
        return LB_OK;
    case LB_SETTING_DEGREE:
        return lb_degree_parse(place, text, err);
    case LB_SETTING_OPTIMIZER:
        status = read_choice(&choice, text, OPTIMIZERS, err);
        if (status == LB_OK) {
            *(lb_optimizer_kind *)place = (lb_optimizer_kind)choice;
        }
        return status;
    case LB_SETTING_CHOICE:
        return read_choice(place, text, setting->choices, err);
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "setting %s has no kind", setting->key);
}

/* The shortest text that reads back as the same number. */
static char *
print_real(double value, lb_error *err)
{
    char text[40] = "";
    for (int digits = 1; digits <= 17 && !isnan(value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return lb_strdup(text, err);
}

static char *
print_channels(const double *values, lb_error *err)
{
    char *made = print_real(values[0], err);
    bool equal = true;
    for (size_t c = 1; c < LB_INPUT_CHANNELS; c++) {
        equal = equal && values[c] == values[0];
    }
    for (size_t c = 1; !equal && made != NULL && c < LB_INPUT_CHANNELS; c++) {
        char *next = print_real(values[c], err), *joined = NULL;
        if (next != NULL) {
            joined = lb_format(err, "%s,%s", made, next);
        }
        lb_free(next);
        lb_free(made);
        made = joined;
    }
    return made;
}

char *
lb_setting_print(const void *target, const lb_setting *setting, lb_error *err)
{
    const void *place = (const char *)target + setting->offset;
    const char *text = NULL;
    switch (setting->kind) {
    case LB_SETTING_FLAG:
        return lb_strdup(BOOLEANS[*(const bool *)place ? 1 : 0], err);
    case LB_SETTING_SIZE:
        return *(const size_t *)place == LB_NOT_GIVEN
                   ? lb_strdup("", err)
                   : lb_format(err, "%zu", *(const size_t *)place);
    case LB_SETTING_U32:
        return lb_format(err, "%" PRIu32, *(const uint32_t *)place);
    case LB_SETTING_U64:
        return lb_format(err, "%" PRIu64, *(const uint64_t *)place);
    case LB_SETTING_REAL:
        return print_real(*(const double *)place, err);
    case LB_SETTING_CHANNELS:
        return print_channels(place, err);
    case LB_SETTING_TEXT:
    case LB_SETTING_LIST:
        text = *(const char *const *)place;
        return lb_strdup(text != NULL ? text : "", err);
    case LB_SETTING_DEGREE:
        return lb_strdup(lb_degree_name(*(const lb_degree *)place), err);
    case LB_SETTING_OPTIMIZER:
        return lb_strdup(OPTIMIZERS[*(const lb_optimizer_kind *)place], err);
    case LB_SETTING_CHOICE:
        return lb_strdup(setting->choices[*(const size_t *)place], err);
    }
    lb_fail(err, LB_ERROR_ARGUMENT, "setting %s has no kind", setting->key);
    return NULL;
}

static char *
copy_trimmed(const char *text, size_t length, lb_error *err)
{
    while (length > 0 && isspace((unsigned char)text[0])) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    return lb_format(err, "%.*s", (int)length, text);
}

lb_status
lb_list_parse(lb_list *out, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    size_t count = 1;
    for (const char *c = text; *c != '\0'; c++) {
        count += *c == ',';
    }
    LB_ALLOC(list.items, count);
    for (const char *item = text; list.count < count; list.count++) {
        size_t length = strcspn(item, ",");
        list.items[list.count] = copy_trimmed(item, length, err);
        if (list.items[list.count] == NULL) {
            LB_TRY(err->code);
        }
        if (list.items[list.count][0] == '\0') {
            list.count++;
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' has an empty item", text));
        }
        item += length + 1;
    }
    *out = list;
    return LB_OK;
cleanup:
    lb_list_release(&list);
    return status;
}

void
lb_list_release(lb_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lb_free(list->items[i]);
    }
    lb_free(list->items);
    *list = (lb_list){0};
}

/* "7", or "0-19". */
static lb_status
parse_range(uint64_t bounds[2], const char *item, size_t min, size_t max, lb_error *err)
{
    lb_status status = LB_OK;
    const char *dash = strchr(item, '-');
    char *first = NULL;
    if (dash == NULL || dash == item) { /* of "-1" the number says that it is below 0 */
        LB_TRY(lb_parse_u64(&bounds[0], item, min, max, err));
        bounds[1] = bounds[0];
        return LB_OK;
    }
    first = lb_format(err, "%.*s", (int)(dash - item), item);
    LB_TRY(first != NULL ? LB_OK : err->code);
    LB_TRY(lb_parse_u64(&bounds[0], first, min, max, err));
    LB_TRY(lb_parse_u64(&bounds[1], dash + 1, min, max, err));
    if (bounds[1] < bounds[0]) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the range '%s' ends before it begins", item));
    }
cleanup:
    lb_free(first);
    return status;
}

lb_status
lb_parse_indices(size_t **out, size_t *count, const char *text, size_t min, size_t max,
                 lb_error *err)
{
    enum { MAX_NUMBERS = 1 << 26 };
    lb_status status = LB_OK;
    lb_list list = {0};
    size_t *values = NULL, total = 0, used = 0;
    uint64_t bounds[2] = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(parse_range(bounds, list.items[i], min, max, err));
        if (bounds[1] - bounds[0] >= MAX_NUMBERS - total) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "more than %d numbers", MAX_NUMBERS));
        }
        total += (size_t)(bounds[1] - bounds[0]) + 1;
    }
    LB_ALLOC(values, total);
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(parse_range(bounds, list.items[i], min, max, err));
        for (uint64_t value = bounds[0]; value <= bounds[1]; value++) {
            values[used++] = (size_t)value;
        }
    }
    *out = values;
    *count = total;
    values = NULL;
cleanup:
    lb_free(values);
    lb_list_release(&list);
    return status;
}

const char *
lb_nearest(const char *text, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t least = strlen(text) / 2 + 1; /* farther than half the word is another word */
    for (size_t i = 0; i < count; i++) {
        size_t distance = lb_edit_distance(text, names[i]);
        if (distance < least) {
            least = distance;
            best = names[i];
        }
    }
    return best;
}
