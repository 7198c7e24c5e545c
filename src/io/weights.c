/* SPDX-License-Identifier: MIT */
#include "lesionbench/weights.h"

#include <stdlib.h>
#include <string.h>

#include "weights_internal.h"

static const struct {
    const char *name;
    lb_element element;
} SAFETENSORS_TYPES[] = {
    {"F32", LB_ELEMENT_F32},   {"F64", LB_ELEMENT_F64}, {"F16", LB_ELEMENT_F16},
    {"I64", LB_ELEMENT_I64},   {"U64", LB_ELEMENT_U64}, {"I32", LB_ELEMENT_I32},
    {"U32", LB_ELEMENT_U32},   {"I16", LB_ELEMENT_I16}, {"U16", LB_ELEMENT_U16},
    {"I8", LB_ELEMENT_I8},     {"U8", LB_ELEMENT_U8},   {"BOOL", LB_ELEMENT_BOOL},
    {"BF16", LB_ELEMENT_BF16},
};

/* DataParallel's, torch.compile()'s, Lightning's, transformers' for timm's models; modules that
 * hold a VGG by its name. */
static const char *const PREFIXES[] = {"module.",     "_orig_mod.", "model.",   "net.",
                                       "timm_model.", "vgg.",       "backbone."};

/* Those that wrap any module, also one within another. */
static const char *const WRAPPERS[] = {".module.", "._orig_mod."};

/* How modules are called that hold a loss or a metric (Lightning, torchmetrics). */
static const char *const BESIDE[] = {"criterion", "loss",   "metric",   "train_",
                                     "val_",      "valid_", "test_acc", "acc"};

lb_weights_format
lb_weights_recognise(const void *start, size_t size)
{
    enum { HEADER_LENGTH = 8 };
    const uint8_t *bytes = start;
    if (size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0)) {
        return LB_WEIGHTS_TORCH_ZIP;
    }
    if (lb_torch_magic(bytes, size) > 0) {
        return LB_WEIGHTS_TORCH_LEGACY;
    }
    return size > HEADER_LENGTH && bytes[HEADER_LENGTH] == '{' ? LB_WEIGHTS_SAFETENSORS
                                                               : LB_WEIGHTS_NONE;
}

const char *
lb_weights_format_name(lb_weights_format format)
{
    static const char *const NAMES[] = {
        [LB_WEIGHTS_NONE] = "no weights",
        [LB_WEIGHTS_SAFETENSORS] = "safetensors",
        [LB_WEIGHTS_TORCH_ZIP] = "PyTorch (zip)",
        [LB_WEIGHTS_TORCH_LEGACY] = "PyTorch (legacy)",
    };
    return NAMES[format];
}

static void
add_safetensor(lb_weights *weights, const lb_tensor *tensor)
{
    size_t index = weights->count++;
    lb_weight *weight = &weights->list[index];
    lb_weight_place *place = &weights->places[index];
    place->bytes = tensor->bytes;
    *weight = (lb_weight){.name = tensor->name,
                          .type = tensor->type,
                          .rank = tensor->rank,
                          .count = 1,
                          .place = place};
    memcpy(weight->shape, tensor->shape, sizeof weight->shape);
    for (size_t axis = weight->rank; axis-- > 0;) {
        place->strides[axis] = weight->count;
        weight->count *= weight->shape[axis];
    }
    for (size_t i = 0; i < sizeof SAFETENSORS_TYPES / sizeof *SAFETENSORS_TYPES; i++) {
        if (strcmp(tensor->type, SAFETENSORS_TYPES[i].name) == 0) {
            place->element = SAFETENSORS_TYPES[i].element;
            place->known = true;
            weight->type = lb_element_name(place->element);
        }
    }
}

static lb_status
open_safetensors(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_tensors_open(&weights->tensors, weights->path, err));
    size_t count = lb_tensors_count(weights->tensors);
    LB_ALLOC(weights->list, count);
    LB_ALLOC(weights->places, count);
    for (size_t i = 0; i < count; i++) {
        add_safetensor(weights, lb_tensors_at(weights->tensors, i));
    }
cleanup:
    return status;
}

static bool
begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether a tensor is of a loss or a metric, by its module's name. */
static bool
is_beside(const char *name)
{
    for (size_t i = 0; i < sizeof BESIDE / sizeof *BESIDE; i++) {
        if (begins_with(name, BESIDE[i])) {
            return strchr(name, '.') != NULL;
        }
    }
    return false;
}

/* The length of the prefix that all names begin with but those of losses; 0 where they do not. */
static size_t
common_prefix(const lb_weights *weights)
{
    for (size_t p = 0; p < sizeof PREFIXES / sizeof *PREFIXES; p++) {
        size_t i = 0, have = 0;
        for (; i < weights->count; i++) {
            const char *name = weights->list[i].name;
            bool has = begins_with(name, PREFIXES[p]);
            have += has;
            if (!has && !is_beside(name)) {
                break;
            }
        }
        if (have > 0 && i == weights->count) {
            return strlen(PREFIXES[p]);
        }
    }
    return 0;
}

static void
strip_prefixes(lb_weights *weights)
{
    for (size_t length = 0; (length = common_prefix(weights)) > 0;) {
        for (size_t i = 0; i < weights->count; i++) {
            bool beside = is_beside(weights->list[i].name);
            weights->list[i].name += beside ? 0 : length;
        }
    }
}

/* "features.module.0.weight" is "features.0.weight". */
static lb_status
strip_within(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(weights->renamed, weights->count);
    for (size_t i = 0; i < weights->count; i++) {
        lb_weight *weight = &weights->list[i];
        for (size_t w = 0; w < sizeof WRAPPERS / sizeof *WRAPPERS; w++) {
            const char *found = NULL;
            while ((found = strstr(weight->name, WRAPPERS[w])) != NULL) {
                char *shorter = lb_format(err, "%.*s%s", (int)(found - weight->name), weight->name,
                                          found + strlen(WRAPPERS[w]) - 1);
                LB_TRY(shorter == NULL ? err->code : LB_OK);
                lb_free(weights->renamed[i]);
                weights->renamed[i] = shorter;
                weight->name = shorter;
            }
        }
    }
cleanup:
    return status;
}

/* Where all are of losses, they are a model that is called so. */
static void
mark_ignored(lb_weights *weights)
{
    size_t beside = 0;
    for (size_t i = 0; i < weights->count; i++) {
        beside += is_beside(weights->list[i].name);
    }
    for (size_t i = 0; beside < weights->count && i < weights->count; i++) {
        weights->list[i].ignored = is_beside(weights->list[i].name);
    }
}

static int
compare_names(const void *a, const void *b)
{
    const lb_weight *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static lb_status
index_names(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(weights->by_name, weights->count);
    for (size_t i = 0; i < weights->count; i++) {
        weights->by_name[i] = &weights->list[i];
    }
    qsort(weights->by_name, weights->count, sizeof *weights->by_name, compare_names);
    for (size_t i = 1; i < weights->count; i++) {
        if (compare_names(&weights->by_name[i - 1], &weights->by_name[i]) == 0) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: two tensors are named \"%.200s\"",
                           weights->path, weights->by_name[i]->name));
        }
    }
cleanup:
    return status;
}

static lb_status
open_by_content(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_file_map_open(&weights->map, weights->path, err));
    weights->format = lb_weights_recognise(weights->map.bytes, weights->map.size);
    switch (weights->format) {
    case LB_WEIGHTS_SAFETENSORS:
        lb_file_map_close(&weights->map); /* it has its own */
        LB_TRY(open_safetensors(weights, err));
        break;
    case LB_WEIGHTS_TORCH_ZIP:
        LB_TRY(lb_torch_open_zip(weights, err));
        LB_TRY(lb_torch_list(weights, err));
        break;
    case LB_WEIGHTS_TORCH_LEGACY:
        LB_TRY(lb_torch_open_legacy(weights, err));
        LB_TRY(lb_torch_list(weights, err));
        break;
    case LB_WEIGHTS_NONE:
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: holds no weights: it is neither safetensors nor from torch.save()",
                       weights->path));
    }
cleanup:
    return status;
}

lb_status
lb_weights_open(lb_weights **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    LB_ALLOC(weights, 1);
    weights->path = lb_strdup(path, err);
    LB_TRY(weights->path != NULL ? LB_OK : err->code);
    LB_TRY(open_by_content(weights, err));
    strip_prefixes(weights);
    LB_TRY(strip_within(weights, err));
    mark_ignored(weights);
    LB_TRY(index_names(weights, err));
    *out = weights;
    weights = NULL;
cleanup:
    lb_weights_close(weights);
    return status;
}

void
lb_weights_close(lb_weights *weights)
{
    if (weights == NULL) {
        return;
    }
    for (size_t i = 0; weights->renamed != NULL && i < weights->count; i++) {
        lb_free(weights->renamed[i]);
    }
    lb_free(weights->renamed);
    lb_free(weights->by_name);
    lb_free(weights->places);
    lb_free(weights->list);
    lb_pickle_free(weights->pickle);
    lb_zip_close(&weights->zip);
    lb_file_map_close(&weights->map);
    lb_tensors_close(weights->tensors);
    lb_free(weights->path);
    lb_free(weights);
}

lb_weights_format
lb_weights_format_of(const lb_weights *weights)
{
    return weights->format;
}

size_t
lb_weights_count(const lb_weights *weights)
{
    return weights->count;
}

const lb_weight *
lb_weights_at(const lb_weights *weights, size_t index)
{
    return index < weights->count ? &weights->list[index] : NULL;
}

const lb_weight *
lb_weights_find(const lb_weights *weights, const char *name)
{
    const lb_weight wanted = {.name = name}, *key = &wanted;
    const lb_weight **found = weights->count == 0
                                  ? NULL
                                  : bsearch(&key, weights->by_name, weights->count,
                                            sizeof *weights->by_name, compare_names);
    return found != NULL ? *found : NULL;
}

const char *
lb_weights_metadata_at(const char **value, const lb_weights *weights, size_t index)
{
    return weights->tensors != NULL ? lb_tensors_metadata_at(value, weights->tensors, index) : NULL;
}

const char *
lb_weights_metadata(const lb_weights *weights, const char *key)
{
    return weights->tensors != NULL ? lb_tensors_metadata(weights->tensors, key) : NULL;
}

lb_status
lb_weights_read(float *out, lb_weights *weights, const lb_weight *weight, lb_error *err)
{
    if (!lb_weights_is_real(weight)) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: \"%.200s\" is of type %s, where float32, float16, bfloat16 or float64 "
                       "is wanted",
                       weights->path, weight->name, weight->type);
    }
    lb_status status = weight->place->entry != NULL
                           ? lb_zip_check(weight->place->entry, weights->path, err)
                           : LB_OK;
    if (status == LB_OK) {
        lb_weights_convert(out, weight);
    }
    return status;
}
