/* SPDX-License-Identifier: MIT */
#include "checkpoint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesionbench/paths.h"
#include "lesionbench/safetensors.h"
#include "lesionbench/weights.h"

/* Of each parameter: weights, kept weights, first and second moments. */
enum { KINDS = 4, NAME = 48, LINE = 160, PAIRS = 5 };

static const char *const KIND_NAMES[KINDS] = {"weights", "kept", "first", "second"};

/* FNV-1a (Fowler, Noll, Vo), over 64-bit words so as to keep up with large networks. */
static uint64_t
mix(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < sizeof word ? size - i : sizeof word);
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 32;
    }
    return hash;
}

/* The labels, and the first images. */
static lb_status
mix_source(uint64_t *hash, const lb_image_loader *source, lb_error *err)
{
    enum { FIRST = 4 };
    lb_status status = LB_OK;
    float *images = NULL;
    size_t index[FIRST] = {0}, count = source->count < FIRST ? source->count : FIRST;
    size_t size = source->channels * source->height * source->width;
    for (size_t i = 0; i < count; i++) {
        index[i] = i;
    }
    LB_ALLOC(images, FIRST * size);
    LB_TRY(source->read(source->data, images, index, count, err));
    *hash = mix(*hash, images, count * size * sizeof *images);
    *hash = mix(*hash, source->labels, source->count);
cleanup:
    lb_free(images);
    return status;
}

lb_status
lb_training_key(uint64_t *out, const lb_training_options *o, const lb_network *network,
                const lb_image_loader *train, const lb_image_loader *validation, lb_error *err)
{
    lb_status status = LB_OK;
    const double numbers[] = {o->degree,
                              o->optimizer,
                              o->learning_rate,
                              o->momentum,
                              o->weight_decay,
                              (double)o->batch,
                              (double)o->epochs,
                              (double)o->warmup_epochs,
                              (double)o->schedule,
                              (double)o->step_epochs,
                              o->step_factor,
                              o->dropout,
                              o->maximum_gap,
                              o->stop_change,
                              o->target_accuracy,
                              o->in_order,
                              (double)o->compute.convolution,
                              (double)o->compute.precision,
                              o->freeze_first,
                              o->dropout_in_validation,
                              (double)train->height,
                              (double)train->width,
                              train->begin_epoch != NULL,
                              o->flip,
                              o->rotation,
                              o->permute_labels};
    uint64_t hash = mix(0xcbf29ce484222325u, numbers, sizeof numbers);
    hash = mix(hash, &o->seed, sizeof o->seed);
    if (o->class_weights != NULL) {
        hash = mix(hash, o->class_weights, strlen(o->class_weights));
    }
    LB_TRY(mix_source(&hash, train, err));
    LB_TRY(mix_source(&hash, validation, err));
    for (size_t p = 0; p < network->count; p++) {
        const lb_parameter *parameter = network->parameters + p;
        hash = mix(hash, parameter->value, parameter->count * sizeof *parameter->value);
    }
    *out = hash;
cleanup:
    return status;
}

/* The places of a parameter's values, NULL where there are none. */
static void
places(float *out[KINDS], const lb_checkpoint *state, size_t parameter)
{
    out[0] = state->network->parameters[parameter].value;
    out[1] = state->kept->parameters[parameter].value;
    lb_optimizer_moments(&out[2], &out[3], state->optimizer, parameter);
}

static void
tensor_name(char out[NAME], size_t kind, const lb_parameter *parameter)
{
    snprintf(out, NAME, "%s/%s", KIND_NAMES[kind], parameter->name);
}

static char *
print_history(const lb_history *history, lb_error *err)
{
    char *text = lb_alloc(history->count + 1, LINE, err);
    size_t used = 0;
    for (size_t i = 0; text != NULL && i < history->count; i++) {
        const lb_epoch *e = history->epochs + i;
        used += (size_t)snprintf(text + used, LINE, "%a %a %a %a %a %a\n", e->learning_rate,
                                 e->train_loss, e->train_accuracy, e->validation_loss,
                                 e->validation_accuracy, e->seconds);
    }
    return text;
}

/* False where the text is not of so many epochs. */
static bool
scan_history(lb_epoch *epochs, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        lb_epoch *e = epochs + i;
        double *const fields[] = {&e->learning_rate,   &e->train_loss,          &e->train_accuracy,
                                  &e->validation_loss, &e->validation_accuracy, &e->seconds};
        for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
            char *end = NULL;
            *fields[f] = strtod(text, &end);
            if (end == text) {
                return false;
            }
            text = end;
        }
    }
    return true;
}

lb_status
lb_checkpoint_write(const lb_checkpoint *state, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    static const char *const keys[PAIRS] = {"key", "epochs", "kept", "steps", "history"};
    char numbers[PAIRS - 1][24];
    lb_tensor *tensors = NULL;
    char(*names)[NAME] = NULL;
    char *history = NULL;
    size_t count = 0;
    LB_ALLOC(tensors, KINDS * state->network->count);
    LB_ALLOC(names, KINDS * state->network->count);
    for (size_t p = 0; p < state->network->count; p++) {
        const lb_parameter *parameter = state->network->parameters + p;
        float *values[KINDS];
        places(values, state, p);
        for (size_t kind = 0; state->gradients[p] != NULL && kind < KINDS; kind++) {
            if (values[kind] != NULL) {
                tensor_name(names[count], kind, parameter);
                tensors[count] = (lb_tensor){.name = names[count],
                                             .rank = 1,
                                             .shape = {parameter->count},
                                             .data = values[kind],
                                             .type = "F32"};
                count++;
            }
        }
    }
    history = print_history(state->history, err);
    LB_TRY(history == NULL ? err->code : LB_OK);
    snprintf(numbers[0], sizeof numbers[0], "%016" PRIx64, state->key);
    snprintf(numbers[1], sizeof numbers[1], "%zu", state->history->count);
    snprintf(numbers[2], sizeof numbers[2], "%zu", state->history->kept);
    snprintf(numbers[3], sizeof numbers[3], "%" PRIu64, *lb_optimizer_steps(state->optimizer));
    const char *const values[PAIRS] = {numbers[0], numbers[1], numbers[2], numbers[3], history};
    LB_TRY(lb_tensors_write(path, tensors, count, keys, values, PAIRS, err));
cleanup:
    lb_free(history);
    lb_free(names);
    lb_free(tensors);
    return status;
}

static lb_status
damaged(const char *path, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: is damaged: remove it to begin the training anew",
                   path);
}

static bool
read_count(uint64_t *out, lb_weights *file, const char *key)
{
    const char *text = lb_weights_metadata(file, key);
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return false;
    }
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

/* Copies one parameter's values, or only looks whether all are there. */
static bool
read_parameter(const lb_checkpoint *state, lb_weights *file, size_t p, bool copy, lb_error *err)
{
    const lb_parameter *parameter = state->network->parameters + p;
    float *values[KINDS];
    places(values, state, p);
    for (size_t kind = 0; state->gradients[p] != NULL && kind < KINDS; kind++) {
        char name[NAME];
        tensor_name(name, kind, parameter);
        const lb_weight *stored = values[kind] != NULL ? lb_weights_find(file, name) : NULL;
        if (values[kind] == NULL) {
            continue;
        }
        if (stored == NULL || strcmp(stored->type, "float32") != 0 || stored->rank != 1 ||
            stored->shape[0] != parameter->count) {
            return false;
        }
        if (copy && lb_weights_read(values[kind], file, stored, err) != LB_OK) {
            return false;
        }
    }
    return true;
}

static lb_status
read_state(const lb_checkpoint *state, lb_weights *file, size_t epochs, const char *path,
           lb_error *err)
{
    const char *history = lb_weights_metadata(file, "history");
    uint64_t done = 0, kept = 0, steps = 0;
    bool whole = history != NULL && read_count(&done, file, "epochs") &&
                 read_count(&kept, file, "kept") && read_count(&steps, file, "steps") && done > 0 &&
                 done <= epochs && kept < done &&
                 scan_history(state->history->epochs, (size_t)done, history);
    for (size_t p = 0; whole && p < state->network->count; p++) {
        whole = read_parameter(state, file, p, false, err);
    }
    if (!whole) {
        return damaged(path, err);
    }
    for (size_t p = 0; p < state->network->count; p++) {
        if (!read_parameter(state, file, p, true, err)) {
            return damaged(path, err);
        }
    }
    state->history->count = (size_t)done;
    state->history->kept = (size_t)kept;
    *lb_optimizer_steps(state->optimizer) = steps;
    return LB_OK;
}

lb_status
lb_checkpoint_read(bool *found, const lb_checkpoint *state, size_t epochs, const char *path,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *file = NULL;
    char own[24];
    *found = false;
    bool there = false;
    status = lb_path_exists(&there, path, err);
    if (status != LB_OK || !there) {
        return status;
    }
    if (lb_weights_open(&file, path, err) != LB_OK) {
        return damaged(path, err);
    }
    const char *key = lb_weights_metadata(file, "key");
    snprintf(own, sizeof own, "%016" PRIx64, state->key);
    if (key != NULL && strcmp(key, own) == 0) {
        status = read_state(state, file, epochs, path, err);
        *found = status == LB_OK;
    }
    lb_weights_close(file);
    return status;
}
