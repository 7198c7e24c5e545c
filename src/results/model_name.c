/* SPDX-License-Identifier: MIT */
#include "model_name.h"

#include <stdio.h>
#include <string.h>

#include "lesionbench/recognise.h"
#include "lesionbench/weights.h"

/* The fields of lb_model_name, as attributes of predictions and metadata of models. */
typedef struct name_field {
    const char *key;
    size_t offset, size;
} name_field;

#define FIELD(member) \
    {#member, offsetof(lb_model_name, member), sizeof((lb_model_name *)NULL)->member}

static const name_field NAME_FIELDS[] = {
    FIELD(corpus), FIELD(degree),     FIELD(seed),      FIELD(learning_rate),
    FIELD(epochs), FIELD(kept_epoch), FIELD(condition), FIELD(target_accuracy),
};
enum { NAME_FIELD_COUNT = sizeof NAME_FIELDS / sizeof NAME_FIELDS[0] };

void
lb_model_name_read(lb_model_name *out, const lb_network *network)
{
    *out = (lb_model_name){0};
    for (size_t i = 0; i < NAME_FIELD_COUNT; i++) {
        const char *value = lb_network_metadata(network, NAME_FIELDS[i].key);
        snprintf((char *)out + NAME_FIELDS[i].offset, NAME_FIELDS[i].size, "%s",
                 value != NULL ? value : "");
    }
}

lb_status
lb_model_name_write(lb_network *network, const lb_model_name *name, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < NAME_FIELD_COUNT; i++) {
        const char *value = (const char *)name + NAME_FIELDS[i].offset;
        /* What the network was before, it may be no longer. */
        if (value[0] != '\0' || lb_network_metadata(network, NAME_FIELDS[i].key) != NULL) {
            LB_TRY(lb_network_set_metadata(network, NAME_FIELDS[i].key, value, err));
        }
    }
cleanup:
    return status;
}

bool
lb_model_name_same(const lb_model_name *a, const lb_model_name *b)
{
    return strcmp(a->corpus, b->corpus) == 0 && strcmp(a->degree, b->degree) == 0 &&
           strcmp(a->seed, b->seed) == 0 && strcmp(a->condition, b->condition) == 0;
}

lb_status
root_text_load(char *out, size_t size, lb_h5 *file, const char *key, lb_error *err)
{
    char *value = NULL;
    out[0] = '\0';
    if (!lb_h5_has_attribute(file, "", key)) {
        return LB_OK;
    }
    lb_status status = lb_h5_get_text(&value, file, "", key, err);
    if (status == LB_OK) {
        snprintf(out, size, "%s", value);
    }
    lb_free(value);
    return status;
}

lb_status
model_name_save(lb_h5 *file, const lb_model_name *name, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < NAME_FIELD_COUNT; i++) {
        const char *value = (const char *)name + NAME_FIELDS[i].offset;
        if (value[0] != '\0') {
            status = lb_h5_set_text(file, "", NAME_FIELDS[i].key, value, err);
        }
    }
    return status;
}

lb_status
model_name_load(lb_model_name *out, lb_h5 *file, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < NAME_FIELD_COUNT; i++) {
        status = root_text_load((char *)out + NAME_FIELDS[i].offset, NAME_FIELDS[i].size, file,
                                NAME_FIELDS[i].key, err);
    }
    return status;
}

static lb_status
load_from_weights(lb_model_name *out, const char *path, lb_error *err)
{
    lb_weights *weights = NULL;
    lb_status status = lb_weights_open(&weights, path, err);
    for (size_t i = 0; status == LB_OK && i < NAME_FIELD_COUNT; i++) {
        const char *value = lb_weights_metadata(weights, NAME_FIELDS[i].key);
        snprintf((char *)out + NAME_FIELDS[i].offset, NAME_FIELDS[i].size, "%s",
                 value != NULL ? value : "");
    }
    lb_weights_close(weights);
    return status;
}

static lb_status
load_from_h5(lb_model_name *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    char format[32];
    LB_TRY(lb_h5_open(&file, path, NULL, err));
    LB_TRY(root_text_load(format, sizeof format, file, "format", err));
    if (strcmp(format, "predictions") != 0 && strcmp(format, "explanations") != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is of no model (a model's file, predictions.h5 or explanations.h5 is "
                       "wanted)",
                       path));
    }
    LB_TRY(model_name_load(out, file, err));
cleanup:
    lb_h5_close(file);
    return status;
}

lb_status
lb_model_name_load(lb_model_name *out, const char *path, lb_error *err)
{
    lb_model_name name = {0};
    lb_file_kind kind = LB_FILE_UNKNOWN;
    size_t bytes = 0;
    lb_status status = lb_recognise(&kind, &bytes, path, err);
    if (status == LB_OK) {
        status = kind == LB_FILE_HDF5 ? load_from_h5(&name, path, err)
                                      : load_from_weights(&name, path, err);
    }
    if (status == LB_OK) {
        *out = name;
    }
    return status;
}
