/* SPDX-License-Identifier: MIT */
#include "lesionbench/published.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/grow.h"
#include "lesionbench/pickle.h"

typedef struct reader {
    lb_published *out;
    size_t capacity;
    const char *stem; /* the file's name without folder and ending */
    size_t left;      /* elements that may still be copied: no file holds more than it has bytes */
} reader;

/* Names of the study's files and ours. */
static const char *const METHODS[][2] = {
    {"gradient", "integrated_gradients"},
    {"gradshap", "gradient_shap"},
    {"gradientshap", "gradient_shap"},
    {"deeplift", "deeplift"},
    {"saliency", "saliency"},
    {"InputXGradient", "input_x_gradient"},
    {"inputXGrad", "input_x_gradient"},
    {"backprop", "guided_backprop"},
    {"deconv", "deconvolution"},
    {"LRP", "lrp"},
};

bool
lb_published_is(const char *path)
{
    FILE *file = NULL;
    size_t size = 0, length = strlen(path);
    if (length >= 4 && strcmp(path + length - 4, ".pkl") == 0) {
        return true;
    }
    lb_error unreadable; /* whoever reads the file will tell */
    if (lb_file_open(&file, &size, path, &unreadable) != LB_OK) {
        return false;
    }
    int first = fgetc(file), second = fgetc(file);
    fclose(file);
    return first == 0x80 && second >= 2 && second <= 5;
}

static void
release_group(lb_published_group *group)
{
    lb_free(group->counts);
    lb_free(group->rate);
    lb_free(group->index);
    lb_predictions_release(&group->predictions);
}

void
lb_published_release(lb_published *published)
{
    for (size_t g = 0; g < published->count; g++) {
        release_group(&published->groups[g]);
    }
    lb_free(published->groups);
    *published = (lb_published){0};
}

/* new_finetuning_1conv_0.5_img_2500_0.02_18464: degree, lesion intensity, corpus, images, learning
 * rate, seed. Other names tell nothing. */
static void
read_name(lb_published_group *group, const char *text)
{
    char degree[16], corpus[16], rate[32], seed[24];
    size_t length = strlen(text);
    if (length > 3 && strcmp(text + length - 3, ".pt") == 0) {
        length -= 3;
    }
    snprintf(group->model, sizeof group->model, "%.*s", (int)(length < 127 ? length : 127), text);
    if (sscanf(group->model, "new_finetuning_%15[^_]_%*[^_]_%15[^_]_%*[^_]_%31[^_]_%23[^_]", degree,
               corpus, rate, seed) != 4) {
        return;
    }
    char *conv = strstr(degree, "conv");
    if (conv != NULL) {
        *conv = '\0';
    }
    bool natural = strcmp(corpus, "img") == 0;
    snprintf(group->name.degree, sizeof group->name.degree, "%s", degree);
    snprintf(group->name.corpus, sizeof group->name.corpus, "%s", natural ? "imagenet" : corpus);
    snprintf(group->name.learning_rate, sizeof group->name.learning_rate, "%s", rate);
    snprintf(group->name.seed, sizeof group->name.seed, "%s", seed);
}

static void
read_method(lb_published_group *group, const char *text)
{
    for (size_t m = 0; m < sizeof METHODS / sizeof *METHODS; m++) {
        if (strcmp(text, METHODS[m][0]) == 0) {
            text = METHODS[m][1];
        }
    }
    snprintf(group->method, sizeof group->method, "%s", text);
}

/* Borrowed until the next call; NULL with err set. */
static lb_published_group *
add_group(reader *r, lb_error *err)
{
    lb_published *out = r->out;
    lb_published_group *grown =
        lb_array_grow(out->groups, out->count, &r->capacity, sizeof *grown, err);
    if (grown == NULL) {
        return NULL;
    }
    out->groups = grown;
    lb_published_group *group = &out->groups[out->count++];
    *group = (lb_published_group){.selection = ""};
    return group;
}

/* The numbers of a list, an array or a tensor, which is to have `rank` axes. */
static lb_status
read_numbers(lb_array *out, reader *r, const lb_value *value, const char *what, size_t rank,
             lb_error *err)
{
    if (value == NULL) {
        return lb_fail(err, LB_ERROR_FORMAT, "'%s' is missing", what);
    }
    if (lb_value_count(value) > r->left) {
        return lb_fail(err, LB_ERROR_FORMAT, "refers to the same values too often");
    }
    r->left -= lb_value_count(value);
    if (lb_value_to_reals(out, value, LB_F64, err) != LB_OK) {
        return lb_fail_context(err, "'%s'", what);
    }
    if (out->rank != rank) {
        lb_array_release(out);
        return lb_fail(err, LB_ERROR_FORMAT, "'%s' has not %zu axes", what, rank);
    }
    return LB_OK;
}

/* Whole numbers from 0 to `max`. */
static lb_status
read_whole(uint32_t *out, const lb_array *numbers, double max, const char *what, lb_error *err)
{
    for (size_t i = 0; i < numbers->shape[0]; i++) {
        double number = ((const double *)numbers->data)[i];
        if (!(number >= 0 && number <= max && number == floor(number))) {
            return lb_fail(err, LB_ERROR_FORMAT, "'%s': %g at %zu is not a whole number up to %g",
                           what, number, i, max);
        }
        out[i] = (uint32_t)number;
    }
    return LB_OK;
}

static lb_status
read_labels(int32_t **out, reader *r, const lb_value *model, const char *key, size_t count,
            lb_error *err)
{
    lb_status status = LB_OK;
    lb_array numbers = {0};
    LB_TRY(read_numbers(&numbers, r, lb_value_find(model, key), key, 1, err));
    if (numbers.shape[0] != count) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "'%s' has %zu entries for %zu images", key,
                       numbers.shape[0], count));
    }
    LB_ALLOC(*out, count);
    LB_TRY(read_whole((uint32_t *)*out, &numbers, UINT8_MAX, key, err));
cleanup:
    lb_array_release(&numbers);
    return status;
}

static lb_status
read_prediction(reader *r, const lb_value *model, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array logits = {0};
    lb_published_group *group = add_group(r, err);
    LB_TRY(group == NULL ? err->code : LB_OK);
    const lb_value *name = lb_value_find(model, "model");
    if (name != NULL && lb_value_text(name) != NULL) {
        read_name(group, lb_value_text(name));
    }
    LB_TRY(read_numbers(&logits, r, lb_value_find(model, "logits"), "logits", 2, err));
    lb_predictions *made = &group->predictions;
    made->name = group->name;
    made->count = group->count = logits.shape[0];
    made->classes = logits.shape[1];
    if (made->classes != 2) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "'logits' are of %zu classes, not 2", made->classes));
    }
    made->logits = logits.data;
    logits.data = NULL;
    LB_TRY(read_labels(&made->labels, r, model, "real_labels", made->count, err));
    LB_TRY(read_labels(&made->predicted, r, model, "pred_labels", made->count, err));
cleanup:
    lb_array_release(&logits);
    return status;
}

static lb_status
read_predictions(reader *r, const lb_value *root, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t m = 0; m < lb_value_count(root); m++) {
        if (read_prediction(r, lb_value_at(root, m), err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "model %zu", m));
        }
    }
cleanup:
    return status;
}

static lb_status
read_counts(reader *r, const lb_value *method, const char *name, lb_error *err)
{
    static const char *const KEYS[4] = {"TP", "TN", "FP", "FN"};
    lb_status status = LB_OK;
    uint32_t *column = NULL;
    lb_published_group *group = add_group(r, err);
    LB_TRY(group == NULL ? err->code : LB_OK);
    read_method(group, name);
    for (size_t k = 0; k < 4; k++) {
        lb_array numbers = {0};
        LB_TRY(read_numbers(&numbers, r, lb_value_find(method, KEYS[k]), KEYS[k], 1, err));
        size_t count = numbers.shape[0];
        status = k == 0 || count == group->count
                     ? LB_OK
                     : lb_fail(err, LB_ERROR_FORMAT, "'%s' has %zu entries, 'TP' has %zu", KEYS[k],
                               count, group->count);
        if (status == LB_OK && k == 0) {
            group->count = count;
            group->counts = lb_alloc(count, sizeof *group->counts, err);
            column = lb_alloc(count, sizeof *column, err);
            status = group->counts == NULL || column == NULL ? err->code : LB_OK;
        }
        if (status == LB_OK) {
            status = read_whole(column, &numbers, UINT32_MAX, KEYS[k], err);
        }
        lb_array_release(&numbers);
        LB_TRY(status);
        for (size_t i = 0; i < count; i++) {
            lb_localisation *one = &group->counts[i];
            *(k == 0 ? &one->tp : (k == 1 ? &one->tn : (k == 2 ? &one->fp : &one->fn))) = column[i];
        }
    }
cleanup:
    lb_free(column);
    return status;
}

static lb_status
read_rates(reader *r, const lb_value *methods, const char *model, const char *selection,
           lb_error *err)
{
    lb_status status = LB_OK;
    lb_array numbers = {0};
    for (size_t m = 0; m < lb_value_count(methods); m++) {
        const char *method = lb_value_text(lb_value_key(methods, m));
        if (method == NULL) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "a method's name is no text"));
        }
        LB_TRY(read_numbers(&numbers, r, lb_value_at(methods, m), method, 1, err));
        lb_published_group *group = numbers.shape[0] > 0 ? add_group(r, err) : NULL;
        if (group != NULL) {
            read_name(group, model);
            read_method(group, method);
            group->selection = selection;
            group->count = numbers.shape[0];
            group->rate = numbers.data;
            numbers.data = NULL;
        } else if (numbers.shape[0] > 0) {
            LB_TRY(err->code);
        }
        lb_array_release(&numbers);
    }
cleanup:
    lb_array_release(&numbers);
    return status;
}

static lb_status
read_indices(reader *r, const lb_value *value, const char *model, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array numbers = {0};
    lb_published_group *group = add_group(r, err);
    LB_TRY(group == NULL ? err->code : LB_OK);
    read_name(group, model);
    group->selection = "wrong";
    LB_TRY(read_numbers(&numbers, r, value, model, 1, err));
    group->count = numbers.shape[0];
    LB_ALLOC(group->index, group->count);
    LB_TRY(read_whole(group->index, &numbers, UINT32_MAX, model, err));
cleanup:
    lb_array_release(&numbers);
    return status;
}

/* What a value of the outermost dict is. */
static bool
kind_of(lb_published_kind *out, const lb_value *value)
{
    bool pair = value->kind == LB_VALUE_TUPLE && lb_value_count(value) == 2 &&
                lb_value_at(value, 0)->kind == LB_VALUE_DICT &&
                lb_value_at(value, 1)->kind == LB_VALUE_DICT;
    bool counts = value->kind == LB_VALUE_DICT && lb_value_find(value, "TP") != NULL;
    *out = pair ? LB_PUBLISHED_RATES : (counts ? LB_PUBLISHED_COUNTS : LB_PUBLISHED_INDICES);
    return pair || counts || value->kind == LB_VALUE_ARRAY || value->kind == LB_VALUE_LIST;
}

static lb_status
read_entry(reader *r, const lb_value *key, const lb_value *value, lb_error *err)
{
    const char *name = lb_value_text(key);
    lb_published_kind kind;
    if (name == NULL || !kind_of(&kind, value) || kind != r->out->kind) {
        return lb_fail(err, LB_ERROR_FORMAT, "its entries are not of one kind, each with a name");
    }
    if (kind == LB_PUBLISHED_COUNTS) {
        return read_counts(r, value, name, err);
    }
    if (kind == LB_PUBLISHED_INDICES) {
        return read_indices(r, value, name, err);
    }
    lb_status status = read_rates(r, lb_value_at(value, 0), name, "wrong", err);
    return status != LB_OK ? status
                           : read_rates(r, lb_value_at(value, 1), name, "wrong_for_all", err);
}

static lb_status
read_root(reader *r, const lb_value *root, lb_error *err)
{
    size_t count = lb_value_count(root);
    if (root->kind == LB_VALUE_LIST && count > 0 && lb_value_at(root, 0)->kind == LB_VALUE_DICT &&
        lb_value_find(lb_value_at(root, 0), "logits") != NULL) {
        r->out->kind = LB_PUBLISHED_PREDICTIONS;
        return read_predictions(r, root, err);
    }
    if (root->kind == LB_VALUE_DICT && lb_value_find(root, "TP") != NULL) {
        r->out->kind = LB_PUBLISHED_COUNTS;
        return read_counts(r, root, r->stem, err);
    }
    if (root->kind != LB_VALUE_DICT || count == 0 ||
        !kind_of(&r->out->kind, lb_value_at(root, 0))) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "holds none of the study's results (predictions, counts, rates, indices)");
    }
    for (size_t e = 0; e < count; e++) {
        lb_status status = read_entry(r, lb_value_key(root, e), lb_value_at(root, e), err);
        if (status != LB_OK) {
            return status;
        }
    }
    return LB_OK;
}

lb_status
lb_published_read(lb_published *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *pickle = NULL;
    lb_published made = {0};
    const char *slash = strrchr(path, '/');
    char stem[64];
    reader r = {.out = &made, .stem = stem};
    snprintf(stem, sizeof stem, "%.60s", slash != NULL ? slash + 1 : path);
    char *dot = strrchr(stem, '.');
    if (dot != NULL) {
        *dot = '\0';
    }
    LB_TRY(lb_pickle_read(&pickle, path, NULL, err));
    r.left = lb_pickle_size(pickle);
    if (read_root(&r, lb_pickle_root(pickle), err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", path));
    }
    *out = made;
    made = (lb_published){0};
cleanup:
    lb_published_release(&made);
    lb_pickle_free(pickle);
    return status;
}
