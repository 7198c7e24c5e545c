/* SPDX-License-Identifier: MIT */
#include "lesionbench/predictions.h"

#include <stdio.h>
#include <string.h>

#include "model_name.h"

static const char FORMAT[] = "predictions";

/* Bytes where all fit, as of all networks of two classes. */
static lb_status
write_classes(lb_h5 *file, const char *name, const int32_t *classes, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *bytes = NULL;
    bool fit = true;
    LB_ALLOC(bytes, count);
    for (size_t i = 0; i < count; i++) {
        fit = fit && classes[i] <= UINT8_MAX;
        bytes[i] = (uint8_t)classes[i];
    }
    LB_TRY(lb_h5_write(file, name, fit ? LB_U8 : LB_I32, 1, &count,
                       fit ? (const void *)bytes : classes, err));
cleanup:
    lb_free(bytes);
    return status;
}

static lb_status
write_all(lb_h5 *file, const lb_predictions *predictions, lb_error *err)
{
    lb_status status = LB_OK;
    char *quirks = NULL;
    const size_t shape[2] = {predictions->count, predictions->classes};
    LB_TRY(model_name_save(file, &predictions->name, err));
    LB_TRY(lb_h5_set_text(file, "", "split", predictions->split, err));
    if (predictions->quirks != 0) {
        quirks = lb_quirks_print(predictions->quirks, err);
        LB_TRY(quirks == NULL ? err->code : LB_OK);
        LB_TRY(lb_h5_set_text(file, "", "quirks", quirks, err));
    }
    LB_TRY(lb_h5_reserve(file, "logits", LB_F32, 2, shape, err));
    LB_TRY(lb_h5_write_rows(file, "logits", LB_F64, 0, shape[0], predictions->logits, err));
    LB_TRY(write_classes(file, "predicted", predictions->predicted, shape[0], err));
    if (predictions->labels != NULL) {
        LB_TRY(write_classes(file, "label", predictions->labels, shape[0], err));
    }
cleanup:
    lb_free(quirks);
    return status;
}

lb_status
lb_predictions_save(const lb_predictions *predictions, const char *path, const lb_context *context,
                    lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    LB_TRY(lb_h5_create(&file, path, FORMAT, 1, context, err));
    LB_TRY(write_all(file, predictions, err));
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    return status;
}

/* Classes of the images, each 0 or more. */
static lb_status
read_classes(int32_t **out, lb_h5 *file, const char *name, size_t count, const char *path,
             lb_error *err)
{
    lb_status status = LB_OK;
    lb_array array = {0};
    LB_TRY(lb_h5_read(&array, file, name, LB_I32, err));
    if (array.rank != 1 || array.shape[0] != count) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' has not one entry for each of %zu images",
                       path, name, count));
    }
    for (size_t i = 0; i < count; i++) {
        int32_t class = ((const int32_t *)array.data)[i];
        if (class < 0 || class >= LB_MAX_CLASSES) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' has %d, which is no class", path, name,
                           (int)class));
        }
    }
    *out = array.data;
    array.data = NULL;
cleanup:
    lb_array_release(&array);
    return status;
}

lb_status
lb_predictions_load(lb_predictions *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    lb_array logits = {0};
    lb_predictions made = {0};
    char quirks[512];
    LB_TRY(lb_h5_open(&file, path, FORMAT, err));
    LB_TRY(lb_h5_read(&logits, file, "logits", LB_F64, err));
    if (logits.rank != 2 || logits.shape[1] < 2) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: 'logits' is not (images, classes)", path));
    }
    made.count = logits.shape[0];
    made.classes = logits.shape[1];
    made.logits = logits.data;
    logits.data = NULL;
    LB_TRY(read_classes(&made.predicted, file, "predicted", made.count, path, err));
    if (lb_h5_has(file, "label")) {
        LB_TRY(read_classes(&made.labels, file, "label", made.count, path, err));
    }
    LB_TRY(model_name_load(&made.name, file, err));
    LB_TRY(root_text_load(made.split, sizeof made.split, file, "split", err));
    LB_TRY(root_text_load(quirks, sizeof quirks, file, "quirks", err));
    LB_TRY(lb_quirks_switch(&made.quirks, quirks, LB_ALL_QUIRKS, err));
    *out = made;
    made = (lb_predictions){0};
cleanup:
    lb_predictions_release(&made);
    lb_array_release(&logits);
    lb_h5_close(file);
    return status;
}

void
lb_predictions_release(lb_predictions *predictions)
{
    lb_free(predictions->logits);
    lb_free(predictions->predicted);
    lb_free(predictions->labels);
    *predictions = (lb_predictions){0};
}

lb_status
lb_predictions_score(lb_classification *out, const lb_predictions *predictions, const char *path,
                     lb_error *err)
{
    if (predictions->labels == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: holds no labels to evaluate against", path);
    }
    if (predictions->classes != 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: %zu classes; only two can be evaluated", path,
                       predictions->classes);
    }
    if (lb_classify_score(out, predictions->logits, predictions->labels, predictions->count, err) !=
        LB_OK) {
        return lb_fail_context(err, "%s", path);
    }
    if (lb_quirk_is_on(predictions->quirks, LB_QUIRK_SENSITIVITY_SWAPPED)) {
        lb_classification_swap(out);
    }
    return LB_OK;
}
