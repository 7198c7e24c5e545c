/* SPDX-License-Identifier: MIT */
#include "graph.h"

#include <stdio.h>
#include <string.h>

#include "stages.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
key_add_text(uint64_t key, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), key);
}

uint64_t
key_add_key(uint64_t key, uint64_t input)
{
    return XXH3_64bits_withSeed(&input, sizeof input, key);
}

const char *
stage_path(const stage_list *list, size_t index, size_t output)
{
    return list->stages[index].outputs[output];
}

lb_status
stage_list_init(stage_list *out, const char *directory, size_t capacity, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {.capacity = capacity};
    list.directory = lb_strdup(directory, err);
    LB_TRY(list.directory == NULL ? err->code : LB_OK);
    LB_ALLOC(list.stages, capacity);
    *out = list;
    list = (stage_list){0};
cleanup:
    stages_release(&list);
    return status;
}

static void
release_stage(stage *one)
{
    for (size_t i = 0; i < MAX_OUTPUTS; i++) {
        lb_free(one->outputs[i]);
    }
    for (size_t i = 0; i < one->input_count; i++) {
        lb_free(one->inputs[i].file);
    }
    lb_free(one->inputs);
    lb_free(one->settings);
}

void
stages_release(stage_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        release_stage(&list->stages[i]);
    }
    lb_free(list->stages);
    lb_free(list->directory);
    *list = (stage_list){0};
}

lb_status
stage_add(stage_list *list, const stage_kind *kind, const char *detail, const char *first,
          const char *second, lb_error *err)
{
    if (list->count == list->capacity) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: more than %zu stages", kind->name,
                       list->capacity);
    }
    stage *added = &list->stages[list->count++];
    added->kind = kind;
    snprintf(added->name, sizeof added->name, "%s%s%s", kind->name, detail[0] != '\0' ? "/" : "",
             detail);
    added->model = NO_MODEL;
    added->settings = lb_strdup("", err);
    if (added->settings == NULL) {
        return err->code;
    }
    const char *paths[MAX_OUTPUTS] = {first, second};
    for (size_t i = 0; i < MAX_OUTPUTS && paths[i] != NULL; i++) {
        added->outputs[i] = lb_format(err, "%s/%s", list->directory, paths[i]);
        if (added->outputs[i] == NULL) {
            return err->code;
        }
    }
    return LB_OK;
}

stage *
stage_last(stage_list *list)
{
    return &list->stages[list->count - 1];
}

static lb_status
append(stage *one, const char *text, lb_error *err)
{
    char *longer = lb_format(err, "%s%s", one->settings, text);
    if (longer == NULL) {
        return err->code;
    }
    lb_free(one->settings);
    one->settings = longer;
    return LB_OK;
}

lb_status
stage_add_setting(stage *one, const char *name, const char *value, lb_error *err)
{
    char *line = lb_format(err, "%s: %s\n", name, value);
    lb_status status = line != NULL ? append(one, line, err) : err->code;
    lb_free(line);
    return status;
}

lb_status
stage_add_settings(stage *one, const char *lines, lb_error *err)
{
    lb_status status = LB_OK;
    char *copy = lb_strdup(lines, err);
    size_t used = 0;
    bool begins = true;
    if (copy == NULL) {
        return err->code;
    }
    for (const char *c = lines; *c != '\0'; c++) {
        if (!begins || (*c != ' ' && *c != '-')) {
            copy[used++] = *c;
            begins = *c == '\n';
        }
    }
    copy[used] = '\0';
    status = append(one, copy, err);
    lb_free(copy);
    return status;
}

lb_status
stage_add_table(stage *one, const void *target, lb_setting_table table, const char *const *but,
                lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < table.count && status == LB_OK; i++) {
        size_t left_out = 0;
        while (but[left_out] != NULL && strcmp(but[left_out], table.settings[i].key) != 0) {
            left_out++;
        }
        if (but[left_out] != NULL) {
            continue;
        }
        char *value = lb_setting_print(target, &table.settings[i], err);
        status =
            value != NULL ? stage_add_setting(one, table.settings[i].key, value, err) : err->code;
        lb_free(value);
    }
    return status;
}

/* Makes room for a number of further inputs. */
static lb_status
reserve(stage *one, size_t further, lb_error *err)
{
    lb_status status = LB_OK;
    stage_input *longer = NULL;
    LB_ALLOC(longer, one->input_count + further);
    if (one->input_count > 0) {
        memcpy(longer, one->inputs, one->input_count * sizeof *longer);
    }
    lb_free(one->inputs);
    one->inputs = longer;
cleanup:
    return status;
}

lb_status
stage_needs_range(stage *one, size_t first, size_t end, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(reserve(one, end - first, err));
    for (size_t index = first; index < end; index++) {
        bool known = false;
        for (size_t i = 0; i < one->input_count && !known; i++) {
            known = one->inputs[i].stage == index;
        }
        if (!known) {
            one->inputs[one->input_count++] = (stage_input){.stage = index};
        }
    }
cleanup:
    return status;
}

lb_status
stage_needs(stage *one, size_t index, lb_error *err)
{
    return stage_needs_range(one, index, index + 1, err);
}

lb_status
stage_needs_file(stage *one, const char *path, uint64_t key, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(reserve(one, 1, err));
    char *copy = lb_strdup(path, err);
    LB_TRY(copy == NULL ? err->code : LB_OK);
    one->inputs[one->input_count++] = (stage_input){.stage = NO_STAGE, .file = copy, .key = key};
cleanup:
    return status;
}

const char *
stage_input_name(const stage_list *list, const stage_input *input)
{
    return input->stage == NO_STAGE ? input->file : list->stages[input->stage].name;
}

uint64_t
stage_input_key(const stage_list *list, const stage_input *input)
{
    return input->stage == NO_STAGE ? input->key : list->stages[input->stage].key;
}

static lb_status
check_inputs(const stage_list *list, lb_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const stage *one = &list->stages[i];
        for (size_t j = 0; j < one->input_count; j++) {
            if (one->inputs[j].stage != NO_STAGE && one->inputs[j].stage >= list->count) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "%s: its input %zu is none of the %zu stages", one->name,
                               one->inputs[j].stage, list->count);
            }
        }
    }
    return LB_OK;
}

/* Whether all inputs of a stage that are stages are placed. */
static bool
is_free(const stage *one, const uint8_t *placed)
{
    for (size_t i = 0; i < one->input_count; i++) {
        if (one->inputs[i].stage != NO_STAGE && !placed[one->inputs[i].stage]) {
            return false;
        }
    }
    return true;
}

lb_status
graph_sort(size_t *out, const stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *placed = NULL;
    size_t count = 0, before = 0;
    LB_TRY(check_inputs(list, err));
    LB_ALLOC(placed, list->count);
    do { /* as many rounds as stages stand in front of their inputs: one in lists of studies */
        before = count;
        for (size_t i = 0; i < list->count; i++) {
            if (!placed[i] && is_free(&list->stages[i], placed)) {
                placed[i] = 1;
                out[count++] = i;
            }
        }
    } while (count > before && count < list->count);
    for (size_t i = 0; i < list->count; i++) {
        if (!placed[i]) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                           "%s: its inputs lead back to it, or to stages whose inputs do",
                           list->stages[i].name));
        }
    }
cleanup:
    lb_free(placed);
    return status;
}

lb_status
graph_keys(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *order = NULL;
    char number[32];
    LB_ALLOC(order, list->count);
    LB_TRY(graph_sort(order, list, err));
    for (size_t i = 0; i < list->count; i++) {
        stage *one = &list->stages[order[i]];
        snprintf(number, sizeof number, "revision %u", one->kind->revision);
        one->key = key_add_text(key_add_text(0, one->name), number);
        one->key = key_add_text(one->key, one->settings);
        for (size_t j = 0; j < one->input_count; j++) {
            one->key = key_add_key(one->key, stage_input_key(list, &one->inputs[j]));
        }
    }
cleanup:
    lb_free(order);
    return status;
}
