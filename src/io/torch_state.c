/* SPDX-License-Identifier: MIT */
/* The tensors of a state dict, or of one in a checkpoint. */
#include <stdio.h>
#include <string.h>

#include "weights_internal.h"

/* Where checkpoints keep it. */
static const char *const STATE_KEYS[] = {"state_dict", "model_state_dict", "model",
                                         "net",        "network",          "weights"};
enum { STATE_COUNT = sizeof STATE_KEYS / sizeof *STATE_KEYS, MAX_NESTED = 4 };

/* A network has some hundred tensors. */
enum { MAX_TENSORS = UINT16_MAX };

/* The dict of tensors: the root, or what it holds under one of the keys. */
static const lb_value *
find_state(const lb_value *root)
{
    for (int depth = 0; depth < MAX_NESTED; depth++) {
        const lb_value *inner = NULL;
        for (size_t i = 0; inner == NULL && i < STATE_COUNT; i++) {
            inner = lb_value_find(root, STATE_KEYS[i]);
            inner = inner != NULL && inner->kind == LB_VALUE_DICT ? inner : NULL;
        }
        if (inner == NULL) {
            break;
        }
        root = inner;
    }
    return root;
}

static void
add(lb_weights *weights, const char *name, const lb_pickle_tensor *tensor)
{
    size_t index = weights->count++;
    lb_weight_place *place = &weights->places[index];
    lb_weight *weight = &weights->list[index];
    size_t offset = tensor->shape.count > 0 ? tensor->offset : 0;
    place->element = tensor->shape.element;
    place->known = true;
    place->bytes =
        (const uint8_t *)tensor->storage->bytes + offset * lb_element_size(place->element);
    for (size_t i = 0; i < tensor->shape.rank; i++) {
        place->strides[i] = (size_t)tensor->strides[i];
    }
    if (weights->format == LB_WEIGHTS_TORCH_ZIP) {
        lb_zip_entry *entry = lb_torch_zip_storage(weights, tensor->storage);
        place->entry = entry != NULL && entry->bytes == tensor->storage->bytes ? entry : NULL;
    }
    *weight = (lb_weight){.name = name,
                          .type = lb_element_name(place->element),
                          .rank = tensor->shape.rank,
                          .count = tensor->shape.count,
                          .place = place};
    memcpy(weight->shape, tensor->shape.shape, sizeof weight->shape);
}

/* Tensors of a form that is not offered, which must not be passed over as if they were no tensors.
 */
static lb_status
check_opaque(const lb_weights *weights, const char *name, const lb_value *value, lb_error *err)
{
    bool faulty = false;
    const char *what = lb_value_opaque(&faulty, value);
    if (what != NULL && faulty) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: '%.200s': %s", weights->path, name, what);
    }
    if (what != NULL && (strncmp(what, "torch.", 6) == 0 && strstr(what, "_rebuild") != NULL)) {
        return lb_fail(
            err, LB_ERROR_UNSUPPORTED,
            "%s: '%.200s' is a tensor of a form that is not read here (made by '%s'; save "
            "tensor.to_dense(), .float() or .contiguous())",
            weights->path, name, what);
    }
    return LB_OK;
}

/* What is no tensor is left alone, as beside the dict. */
static lb_status
add_pair(lb_weights *weights, const lb_value *key, const lb_value *value, lb_error *err)
{
    const char *name = lb_value_text(key);
    bool named = name != NULL && strlen(name) == lb_value_count(key);
    if (value->kind != LB_VALUE_TENSOR) {
        return check_opaque(weights, named ? name : "?", value, err);
    }
    if (!named) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: %s as the name of a tensor", weights->path,
                       lb_value_kind_name(key->kind));
    }
    add(weights, name, lb_value_tensor(value));
    return LB_OK;
}

/* Why there is nothing to load: the root, or what a checkpoint has in the place of its weights. */
static lb_status
fail_without_tensors(const lb_weights *weights, const lb_value *root, const lb_value *state,
                     lb_error *err)
{
    const char *key = "", *what = lb_value_opaque(NULL, root);
    for (size_t i = 0; what == NULL && i < STATE_COUNT; i++) {
        const lb_value *inner = lb_value_find(root, STATE_KEYS[i]);
        what = inner != NULL ? lb_value_opaque(NULL, inner) : NULL;
        key = STATE_KEYS[i];
    }
    if (what != NULL) {
        return lb_fail(
            err, LB_ERROR_UNSUPPORTED,
            "%s: asks for '%s', which this reader never runs; of a whole model%s%s%s, save "
            "model.state_dict() instead",
            weights->path, what, key[0] != '\0' ? " under '" : "", key, key[0] != '\0' ? "'" : "");
    }
    if (state->kind != LB_VALUE_DICT) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: holds %s, where a model's state_dict() is wanted",
                       weights->path, lb_value_kind_name(state->kind));
    }
    const lb_value *first = lb_value_count(state) > 0 ? lb_value_key(state, 0) : NULL;
    const char *name = first != NULL ? lb_value_text(first) : NULL;
    char example[300] = "";
    if (name != NULL && strlen(name) == lb_value_count(first)) {
        snprintf(example, sizeof example, ": '%.200s' is %s", name,
                 lb_value_kind_name(lb_value_at(state, 0)->kind));
    } else if (first != NULL) {
        snprintf(example, sizeof example, ": %s as the name", lb_value_kind_name(first->kind));
    }
    return lb_fail(
        err, LB_ERROR_FORMAT,
        "%s: holds a dict without tensors%s (a state_dict() is wanted, at the top or under "
        "'state_dict', 'model_state_dict', 'model', 'net', 'network' or 'weights')",
        weights->path, example);
}

lb_status
lb_torch_list(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_value *root = lb_pickle_root(weights->pickle), *state = find_state(root);
    if (state->kind != LB_VALUE_DICT) {
        LB_TRY(fail_without_tensors(weights, root, state, err));
    }
    size_t count = lb_value_count(state);
    if (count > MAX_TENSORS) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: has %zu tensors, at most %d are read",
                       weights->path, count, MAX_TENSORS));
    }
    LB_ALLOC(weights->list, count);
    LB_ALLOC(weights->places, count);
    for (size_t i = 0; i < count; i++) {
        LB_TRY(add_pair(weights, lb_value_key(state, i), lb_value_at(state, i), err));
    }
    if (weights->count == 0) {
        LB_TRY(fail_without_tensors(weights, root, state, err));
    }
cleanup:
    return status;
}
