/* SPDX-License-Identifier: MIT */
#include "lesionbench/explanations.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "certificates.h"
#include "lesionbench/settings.h"
#include "model_name.h"

/* What the sink needs while maps come in. */
typedef struct run {
    const lb_explain_job *job;
    lb_h5 *file;
    size_t pixels;
    size_t *kept_row;             /* (count) row in the file, SIZE_MAX where not kept */
    size_t kept;                  /* rows in the file */
    lb_certificate *certificates; /* (method_count, count) */
    lb_map_score *scores;         /* (method_count, count), NULL where maps are not scored */
    uint8_t *seen;                /* (method_count, count) */
    float *truth;                 /* (batch, H, W) */
    lb_scorer *scorer;
    size_t first; /* item of the batch's first image */
    size_t batch; /* images in it */
} run;

static lb_status
score_map(run *work, size_t method, size_t item, const float *map, lb_error *err)
{
    size_t cell = method * work->job->count + item;
    lb_map_score *score = &work->scores[cell];
    const float *truth = work->truth + (item - work->first) * work->pixels;
    const lb_scoring *scoring = &work->job->scoring;
    if (lb_scorer_set_truth(work->scorer, truth, err) != LB_OK ||
        lb_scorer_score(score, work->scorer, map, scoring->metrics, scoring->ties, err) != LB_OK) {
        return lb_fail_context(err, "image %zu, method %s", work->job->items[item].image,
                               lb_method_name(work->job->methods[method]));
    }
    work->certificates[cell].ties = score->counts.ties;
    return LB_OK;
}

static lb_status
keep_map(run *work, size_t item, const lb_explanation *explanation, size_t index, lb_error *err)
{
    char name[80];
    size_t row = work->kept_row[item];
    const char *method = lb_method_name(explanation->method);
    snprintf(name, sizeof name, "%s/map", method);
    lb_status status = lb_h5_write_rows(work->file, name, LB_F32, row, 1,
                                        explanation->map + index * work->pixels, err);
    if (status == LB_OK && work->job->keep == LB_KEEP_RAW && explanation->attribution != NULL) {
        snprintf(name, sizeof name, "%s/attribution", method);
        status = lb_h5_write_rows(work->file, name, LB_F32, row, 1,
                                  explanation->attribution + index * 3 * work->pixels, err);
    }
    return status;
}

/* The items of the batch are found by their image; the batch is small. */
static lb_status
find_item(size_t *out, const run *work, size_t method, size_t image, lb_error *err)
{
    for (size_t i = work->first; i < work->first + work->batch; i++) {
        size_t cell = method * work->job->count + i;
        if (work->job->items[i].image == image && !work->seen[cell]) {
            work->seen[cell] = 1;
            *out = i;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "a map of image %zu came unasked", image);
}

static lb_status
take_maps(void *data, const lb_explanation *explanation, lb_error *err)
{
    run *work = data;
    lb_status status = LB_OK;
    size_t method = 0, item = 0;
    while (method + 1 < work->job->method_count &&
           work->job->methods[method] != explanation->method) {
        method++;
    }
    for (size_t i = 0; i < explanation->count; i++) {
        LB_TRY(find_item(&item, work, method, explanation->items[i], err));
        work->certificates[method * work->job->count + item] = explanation->certificates[i];
        if (work->scores != NULL) {
            LB_TRY(score_map(work, method, item, explanation->map + i * work->pixels, err));
        }
        if (work->kept_row[item] != SIZE_MAX && work->job->keep != LB_KEEP_NONE) {
            LB_TRY(keep_map(work, item, explanation, i, err));
        }
    }
cleanup:
    return status;
}

static lb_status
write_index(run *work, lb_error *err)
{
    lb_status status = LB_OK;
    int32_t *index = NULL;
    uint8_t *label = NULL;
    LB_ALLOC(index, work->kept);
    LB_ALLOC(label, work->kept);
    for (size_t i = 0; i < work->job->count; i++) {
        if (work->kept_row[i] != SIZE_MAX) {
            index[work->kept_row[i]] = (int32_t)work->job->items[i].image;
            label[work->kept_row[i]] = work->job->items[i].target;
        }
    }
    LB_TRY(lb_h5_write(work->file, "index", LB_I32, 1, &work->kept, index, err));
    LB_TRY(lb_h5_write(work->file, "label", LB_U8, 1, &work->kept, label, err));
cleanup:
    lb_free(index);
    lb_free(label);
    return status;
}

/* Root attributes, index, and an empty group per method. */
static lb_status
begin_file(run *work, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    for (size_t i = 0; i < job->count; i++) {
        bool wanted = job->keep == LB_KEEP_NONE || job->items[i].kept;
        work->kept_row[i] = wanted ? work->kept++ : SIZE_MAX;
    }
    LB_TRY(model_name_save(work->file, &job->name, err));
    LB_TRY(lb_h5_set_text(work->file, "", "split",
                          job->dataset != NULL ? lb_split_name(job->split) : "", err));
    LB_TRY(write_index(work, err));
    size_t height = job->images->height, width = job->images->width;
    for (size_t m = 0; m < job->method_count && job->keep != LB_KEEP_NONE; m++) {
        char name[80];
        const char *method = lb_method_name(job->methods[m]);
        snprintf(name, sizeof name, "%s/map", method);
        LB_TRY(lb_h5_reserve(work->file, name, LB_F32, 3,
                             (const size_t[]){work->kept, height, width}, err));
        if (job->keep == LB_KEEP_RAW && !lb_method_is_baseline(job->methods[m])) {
            snprintf(name, sizeof name, "%s/attribution", method);
            LB_TRY(lb_h5_reserve(work->file, name, LB_F32, 4,
                                 (const size_t[]){work->kept, 3, height, width}, err));
        }
    }
cleanup:
    return status;
}

/* The settings that the method uses, as attributes of its group. */
static lb_status
write_parameters(run *work, size_t method, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    const lb_explain_options *options = &work->job->options;
    const char *group = lb_method_name(method);
    lb_setting_table table = lb_explain_settings();
    for (const char *const *key = lb_method_parameters(method); *key != NULL; key++) {
        for (size_t s = 0; s < table.count; s++) {
            const lb_setting *setting = &table.settings[s];
            double number = 0;
            lb_error no_number;
            if (strcmp(setting->key, *key) != 0) {
                continue;
            }
            text = lb_setting_print(options, setting, err);
            LB_TRY(text == NULL ? err->code : LB_OK);
            if (lb_parse_real(&number, text, -HUGE_VAL, HUGE_VAL, &no_number) == LB_OK) {
                LB_TRY(lb_h5_set_number(work->file, group, *key, number, err));
            } else {
                LB_TRY(lb_h5_set_text(work->file, group, *key, text, err));
            }
            lb_free(text);
            text = NULL;
        }
    }
cleanup:
    lb_free(text);
    return status;
}

/* Of the images in the file, in the order of their rows. */
static lb_status
write_certificates(run *work, size_t method, lb_certificate *scratch, lb_error *err)
{
    size_t count = work->job->count;
    for (size_t i = 0; i < count; i++) {
        if (work->kept_row[i] != SIZE_MAX) {
            scratch[work->kept_row[i]] = work->certificates[method * count + i];
        }
    }
    return certificates_save(work->file, lb_method_name(work->job->methods[method]), scratch,
                             work->kept, err);
}

static lb_status
end_file(run *work, lb_error *err)
{
    lb_status status = LB_OK;
    lb_certificate *scratch = NULL;
    LB_ALLOC(scratch, work->kept);
    for (size_t m = 0; m < work->job->method_count; m++) {
        LB_TRY(write_parameters(work, work->job->methods[m], err));
        LB_TRY(write_certificates(work, m, scratch, err));
    }
    LB_TRY(lb_h5_commit(work->file, err));
cleanup:
    lb_free(scratch);
    return status;
}

static lb_status
explain_batch(run *work, lb_explainer *explainer, float *images, size_t *index, uint8_t *targets,
              const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    for (size_t i = 0; i < work->batch; i++) {
        index[i] = job->items[work->first + i].image;
        targets[i] = job->items[work->first + i].target;
        if (work->scores != NULL) {
            LB_TRY(lb_dataset_read(NULL, work->truth + i * work->pixels, job->dataset, job->split,
                                   index[i], 1, err));
        }
    }
    LB_TRY(job->images->read(job->images->data, images, index, work->batch, err));
    LB_TRY(lb_explainer_run(explainer, images, job->images->channels, work->batch, index, targets,
                            take_maps, work, context, err));
cleanup:
    return status;
}

/* Progress of one call of lb_explainer_run(), told as that of the whole job. */
typedef struct batch_progress {
    const lb_context *outer;
    const run *work;
} batch_progress;

static void
tell_batch(void *data, const char *what, size_t done, size_t total)
{
    const batch_progress *self = data;
    (void)total;
    lb_progress(self->outer, what, self->work->first + done, self->work->job->count);
}

static lb_status
explain_all(run *work, size_t step, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    lb_explainer *explainer = NULL;
    float *images = NULL;
    size_t *index = NULL;
    uint8_t *targets = NULL;
    LB_TRY(lb_explainer_create(&explainer, job->network, job->images->height, job->images->width,
                               job->count < step ? job->count : step, job->methods,
                               job->method_count, &job->options, err));
    LB_ALLOC(images, step * job->images->channels * work->pixels);
    LB_ALLOC(index, step);
    LB_ALLOC(targets, step);
    batch_progress told = {.outer = context, .work = work};
    lb_context inner = context != NULL ? *context : (lb_context){0};
    inner.progress = tell_batch;
    inner.progress_data = &told;
    for (work->first = 0; work->first < job->count; work->first += work->batch) {
        size_t left = job->count - work->first;
        work->batch = left < step ? left : step;
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(explain_batch(work, explainer, images, index, targets, &inner, err));
    }
    for (size_t i = 0; i < job->method_count * job->count; i++) {
        if (!work->seen[i]) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "method %s left out image %zu",
                           lb_method_name(job->methods[i / job->count]),
                           job->items[i % job->count].image));
        }
    }
cleanup:
    lb_explainer_free(explainer);
    lb_free(images);
    lb_free(index);
    lb_free(targets);
    return status;
}

static lb_status
append_rows(lb_score_rows *scores, const run *work, lb_error *err)
{
    const lb_explain_job *job = work->job;
    for (size_t i = 0; i < job->method_count * job->count; i++) {
        const lb_explain_item *item = &job->items[i % job->count];
        lb_score_row *row =
            lb_score_rows_add_image(scores, job->dataset, job->split, item->image, &job->name,
                                    lb_method_name(job->methods[i / job->count]), err);
        if (row == NULL) {
            return err->code;
        }
        row->score = work->scores[i].counts;
        memcpy(row->metric, work->scores[i].value, sizeof row->metric);
        row->certificate = work->certificates[i];
        snprintf(row->selection, sizeof row->selection, "%s", item->selection);
    }
    return LB_OK;
}

lb_status
lb_explain_to_file(const lb_explain_job *job, const char *path, lb_score_rows *scores,
                   const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t cells = 0, step = 8 * (job->options.batch > 0 ? job->options.batch : 1);
    run work = {.job = job, .pixels = job->images->height * job->images->width};
    LB_TRY(lb_multiply(&cells, job->count, job->method_count, err));
    LB_ALLOC(work.kept_row, job->count);
    LB_ALLOC(work.certificates, cells);
    LB_ALLOC(work.seen, cells);
    if (scores != NULL && job->dataset != NULL) {
        LB_ALLOC(work.scores, cells);
        LB_ALLOC(work.truth, step * work.pixels);
        LB_TRY(lb_scorer_create(&work.scorer, job->images->height, job->images->width, err));
    }
    LB_TRY(lb_h5_create(&work.file, path, "explanations", 1, context, err));
    LB_TRY(begin_file(&work, err));
    LB_TRY(explain_all(&work, step, context, err));
    LB_TRY(end_file(&work, err));
    if (work.scores != NULL) {
        LB_TRY(append_rows(scores, &work, err));
    }
cleanup:
    lb_h5_close(work.file);
    lb_scorer_free(work.scorer);
    lb_free(work.truth);
    lb_free(work.scores);
    lb_free(work.seen);
    lb_free(work.certificates);
    lb_free(work.kept_row);
    return status;
}
