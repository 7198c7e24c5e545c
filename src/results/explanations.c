/* SPDX-License-Identifier: MIT */
#include "lesionbench/explanations.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explanation_file.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"

/* What the sink needs while maps come in. A cell is an item of a group. */
typedef struct run {
    const lb_explain_job *job;
    lb_h5 *file;
    map_group *groups;
    size_t group_count;
    size_t pixels;
    size_t *row;                 /* (count) in the file, SIZE_MAX where not kept */
    size_t rows;                 /* in the file */
    lb_diagnostics *diagnostics; /* (group_count, count) */
    lb_map_score *scores;        /* (group_count, count), NULL where maps are not scored */
    lb_similarity *similarities; /* (group_count, count), NULL where there are no controls */
    uint8_t *seen;               /* (group_count, count) */
    float *truth;                /* (batch, H, W) */
    lb_scorer *scorer;
    float *originals;    /* (method_count, batch, H, W), to compare controls with */
    size_t control;      /* whose maps are coming; NO_CONTROL: the network's own */
    size_t first;        /* item of the batch's first image */
    double told;         /* of the work on the batch, what was done before the run at hand ... */
    double telling;      /* ... and what this run is of it */
    size_t batch;        /* images in it */
    size_t step;         /* images in a full one */
    lb_network *changed; /* the network with new weights from `changed_from` on */
    size_t changed_from;
} run;

static const uint64_t CONTROL_SEED = 0x636f6e74726f6c73;

static lb_status
score_map(run *work, size_t group, size_t item, const float *map, lb_error *err)
{
    size_t cell = group * work->job->count + item;
    lb_map_score *score = &work->scores[cell];
    const float *truth = work->truth + (item - work->first) * work->pixels;
    const lb_scoring *scoring = &work->job->scoring;
    if (lb_scorer_set_truth(work->scorer, truth, err) != LB_OK ||
        lb_scorer_score(score, work->scorer, map, scoring->metrics, scoring->ties, err) != LB_OK) {
        return lb_fail_context(err, "image %zu, method %s", work->job->items[item].image,
                               work->groups[group].name);
    }
    work->diagnostics[cell].ties = score->counts.ties;
    return LB_OK;
}

/* Keeps the network's own map until its controls' come, and compares these with it. */
static lb_status
compare_map(run *work, size_t group, size_t item, const float *map, lb_error *err)
{
    size_t original = work->groups[group].original, place = item - work->first;
    if (work->groups[group].control == NO_CONTROL) {
        memcpy(work->originals + (group * work->step + place) * work->pixels, map,
               work->pixels * sizeof *map);
        return LB_OK;
    }
    if (original == NO_CONTROL) {
        return LB_OK;
    }
    return lb_compare_maps(&work->similarities[group * work->job->count + item],
                           work->originals + (original * work->step + place) * work->pixels, map,
                           work->job->images->height, work->job->images->width, err);
}

/* The items of the batch are found by their image; the batch is small. */
static lb_status
find_item(size_t *out, const run *work, size_t group, size_t image, lb_error *err)
{
    for (size_t i = work->first; i < work->first + work->batch; i++) {
        size_t cell = group * work->job->count + i;
        if (work->job->items[i].image == image && !work->seen[cell]) {
            work->seen[cell] = 1;
            *out = i;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "a map of image %zu came unasked", image);
}

static lb_status
take_map(run *work, size_t group, const lb_explanation *explanation, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    size_t item = 0;
    const float *map = explanation->map + index * work->pixels;
    const float *attribution = explanation->attribution;
    LB_TRY(find_item(&item, work, group, explanation->items[index], err));
    work->diagnostics[group * work->job->count + item] = explanation->diagnostics[index];
    if (work->scores != NULL) {
        LB_TRY(score_map(work, group, item, map, err));
    }
    if (work->similarities != NULL) {
        LB_TRY(compare_map(work, group, item, map, err));
    }
    if (work->row[item] != SIZE_MAX && work->job->keep != LB_KEEP_NONE) {
        attribution = attribution != NULL ? attribution + index * 3 * work->pixels : NULL;
        LB_TRY(explanation_keep(work->file, work->job, &work->groups[group], work->row[item], map,
                                attribution, err));
    }
cleanup:
    return status;
}

static lb_status
take_maps(void *data, const lb_explanation *explanation, lb_error *err)
{
    run *work = data;
    lb_status status = LB_OK;
    size_t group = 0;
    while (group + 1 < work->group_count && (work->groups[group].method != explanation->method ||
                                             work->groups[group].control != work->control)) {
        group++;
    }
    for (size_t i = 0; i < explanation->count; i++) {
        LB_TRY(take_map(work, group, explanation, i, err));
    }
cleanup:
    return status;
}

/* Gives the changed network new weights from this parameter on, the network's own before it. */
static lb_status
change_network(run *work, size_t first, lb_error *err)
{
    lb_status status = LB_OK;
    if (first < work->changed_from) {
        /* Not the weights that a training of the same seed began with. */
        LB_TRY(lb_network_randomise(work->changed, first, work->changed_from,
                                    work->job->options.seed ^ CONTROL_SEED, err));
    } else {
        LB_TRY(
            lb_network_restore(work->changed, work->changed_from, first, work->job->network, err));
    }
    work->changed_from = first;
cleanup:
    return status;
}

/* The work of an image: of the network's own methods, or of a control's. */
static double
passes_of(const lb_explain_job *job, size_t control)
{
    const lb_image_loader *images = job->images;
    if (control == NO_CONTROL) {
        return lb_methods_passes(job->methods, job->method_count, &job->options, images->height,
                                 images->width);
    }
    return lb_methods_passes(job->controls[control].methods, job->controls[control].method_count,
                             &job->options, images->height, images->width);
}

static double
share_of_run(const lb_explain_job *job, size_t control)
{
    double all = passes_of(job, NO_CONTROL);
    for (size_t c = 0; c < job->control_count; c++) {
        all += passes_of(job, c);
    }
    return all > 0 ? passes_of(job, control) / all : 1;
}

/* From here on progress is that of another run. */
static void
tell_of(run *work, size_t control)
{
    work->control = control;
    work->told = control == NO_CONTROL ? 0 : work->told + work->telling;
    work->telling = share_of_run(work->job, control);
}

/* Images of one batch, as lb_explain() takes them. */
typedef struct batch_images {
    float *images;
    size_t *index;
    int32_t *targets;
} batch_images;

static lb_status
explain_batch(run *work, lb_explainer **explainer, const batch_images *b, const lb_context *context,
              lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    const lb_image_loader *source = job->images;
    for (size_t i = 0; i < work->batch; i++) {
        b->index[i] = job->items[work->first + i].image;
        b->targets[i] = job->items[work->first + i].target;
        if (work->scores != NULL) {
            LB_TRY(lb_dataset_read(NULL, work->truth + i * work->pixels, job->dataset, job->split,
                                   b->index[i], 1, err));
        }
    }
    LB_TRY(source->read(source->data, b->images, b->index, work->batch, err));
    tell_of(work, NO_CONTROL);
    if (*explainer == NULL) {
        LB_TRY(lb_explainer_create(explainer, job->network, source->height, source->width,
                                   work->step, job->methods, job->method_count, &job->options,
                                   err));
    }
    LB_TRY(lb_explainer_run(*explainer, b->images, source->channels, work->batch, b->index,
                            b->targets, take_maps, work, context, err));
    if (job->control_count > 0) { /* memory is for one at a time */
        lb_explainer_free(*explainer);
        *explainer = NULL;
    }
    for (size_t c = 0; c < job->control_count; c++) {
        const lb_explain_control *control = &job->controls[c];
        tell_of(work, c);
        LB_TRY(change_network(work, control->first_parameter, err));
        if (lb_explain(work->changed, b->images, source->channels, source->height, source->width,
                       work->batch, b->index, b->targets, control->methods, control->method_count,
                       &job->options, take_maps, work, context, err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "%s", control->name));
        }
    }
cleanup:
    return status;
}

/* Progress of one run of an explainer, told as that of the whole job. */
typedef struct batch_progress {
    const lb_context *outer;
    const run *work;
} batch_progress;

static void
tell_batch(void *data, const char *what, size_t done, size_t total)
{
    enum { PARTS = 1000 };
    const run *work = ((const batch_progress *)data)->work;
    double of_run = total > 0 ? (double)done / (double)total : 1;
    double images =
        (double)work->first + (double)work->batch * fmin(1, work->told + work->telling * of_run);
    lb_progress(((const batch_progress *)data)->outer, what, (size_t)(PARTS * images),
                PARTS * work->job->count);
}

static lb_status
explain_all(run *work, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    lb_explainer *explainer = NULL;
    batch_images b = {NULL, NULL, NULL};
    LB_ALLOC(b.images, work->step * job->images->channels * work->pixels);
    LB_ALLOC(b.index, work->step);
    LB_ALLOC(b.targets, work->step);
    batch_progress told = {.outer = context, .work = work};
    lb_context inner = context != NULL ? *context : (lb_context){0};
    inner.progress = tell_batch;
    inner.progress_data = &told;
    for (work->first = 0; work->first < job->count; work->first += work->batch) {
        size_t left = job->count - work->first;
        work->batch = left < work->step ? left : work->step;
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(explain_batch(work, &explainer, &b, &inner, err));
    }
    for (size_t i = 0; i < work->group_count * job->count; i++) {
        if (!work->seen[i]) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "method %s left out image %zu",
                           work->groups[i / job->count].name, job->items[i % job->count].image));
        }
    }
cleanup:
    lb_explainer_free(explainer);
    lb_free(b.images);
    lb_free(b.index);
    lb_free(b.targets);
    return status;
}

static lb_status
append_rows(lb_score_rows *scores, const run *work, lb_error *err)
{
    const lb_explain_job *job = work->job;
    for (size_t i = 0; i < work->group_count * job->count; i++) {
        const lb_explain_item *item = &job->items[i % job->count];
        lb_score_row *row =
            lb_score_rows_add_image(scores, job->dataset, job->split, item->image, &job->name,
                                    work->groups[i / job->count].name, err);
        if (row == NULL) {
            return err->code;
        }
        row->score = work->scores[i].counts;
        memcpy(row->metric, work->scores[i].value, sizeof row->metric);
        row->diagnostic = work->diagnostics[i];
        snprintf(row->selection, sizeof row->selection, "%s", item->selection);
    }
    return LB_OK;
}

static lb_status
end_file(run *work, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = work->job->count;
    for (size_t g = 0; g < work->group_count; g++) {
        bool compared = work->groups[g].original != NO_CONTROL;
        LB_TRY(explanation_finish_group(work->file, work->job, &work->groups[g], work->row,
                                        work->rows, work->diagnostics + g * count,
                                        compared ? work->similarities + g * count : NULL, err));
    }
    LB_TRY(lb_h5_commit(work->file, err));
cleanup:
    return status;
}

static lb_status
run_init(run *work, bool scored, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_job *job = work->job;
    enum { MAX_STEP = 128 };
    size_t cells = 0;
    LB_TRY(explanation_groups(&work->groups, &work->group_count, job, err));
    LB_TRY(lb_multiply(&cells, job->count, work->group_count, err));
    LB_ALLOC(work->row, job->count);
    LB_ALLOC(work->diagnostics, cells);
    LB_ALLOC(work->seen, cells);
    work->rows = explanation_rows(work->row, job);
    /* Many batches at a time: controls are planned anew for each. */
    work->step = job->count < MAX_STEP ? job->count : MAX_STEP;
    work->step = work->step > 0 ? work->step : 1;
    if (scored) {
        LB_ALLOC(work->scores, cells);
        LB_ALLOC(work->truth, work->step * work->pixels);
        LB_TRY(lb_scorer_create(&work->scorer, job->images->height, job->images->width, err));
    }
    if (job->control_count > 0) {
        LB_ALLOC(work->similarities, cells);
        LB_ALLOC(work->originals, job->method_count * work->step * work->pixels);
        LB_TRY(lb_network_copy(&work->changed, job->network, err));
        work->changed_from = lb_network_parameters(work->changed);
    }
cleanup:
    return status;
}

static void
run_release(run *work)
{
    lb_h5_close(work->file);
    lb_network_free(work->changed);
    lb_free(work->originals);
    lb_free(work->similarities);
    lb_scorer_free(work->scorer);
    lb_free(work->truth);
    lb_free(work->scores);
    lb_free(work->seen);
    lb_free(work->diagnostics);
    lb_free(work->row);
    lb_free(work->groups);
}

/* Gives the similarities to the caller, a row for each control's map that has an original. */
static lb_status
append_similarities(lb_similarity_rows *out, const run *work, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = work->job->count, used = 0;
    LB_ALLOC(out->rows, work->group_count * count);
    for (size_t i = 0; i < work->group_count * count; i++) {
        const map_group *group = &work->groups[i / count];
        if (group->original != NO_CONTROL) {
            out->rows[used++] =
                (lb_similarity_row){.image = work->job->items[i % count].image,
                                    .control = work->job->controls[group->control].name,
                                    .method = group->method->name,
                                    .value = work->similarities[i]};
        }
    }
    out->count = used;
cleanup:
    return status;
}

lb_status
lb_explain_to_file(const lb_explain_job *job, const char *path, lb_score_rows *scores,
                   lb_similarity_rows *similarities, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    run work = {.job = job, .pixels = job->images->height * job->images->width};
    LB_TRY(run_init(&work, scores != NULL && job->dataset != NULL, err));
    LB_TRY(lb_h5_create(&work.file, path, "explanations", 1, context, err));
    LB_TRY(
        explanation_begin(work.file, job, work.groups, work.group_count, work.row, work.rows, err));
    LB_TRY(explain_all(&work, context, err));
    LB_TRY(end_file(&work, err));
    if (work.scores != NULL) {
        LB_TRY(append_rows(scores, &work, err));
    }
    if (similarities != NULL && work.similarities != NULL) {
        LB_TRY(append_similarities(similarities, &work, err));
    }
cleanup:
    run_release(&work);
    return status;
}

lb_status
lb_similarities_write(const lb_similarity_rows *rows, const lb_model_name *name, const char *path,
                      lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fputs("image,corpus,degree,seed,control,method,rank_correlation,ssim,top_overlap\n", stream);
    for (size_t i = 0; i < rows->count; i++) {
        const lb_similarity_row *row = &rows->rows[i];
        const char *const fields[] = {name->corpus, name->degree, name->seed, row->control,
                                      row->method};
        fprintf(stream, "%zu", row->image);
        for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
            fputc(',', stream);
            lb_csv_field(stream, fields[f]);
        }
        fputc(',', stream);
        if (!isnan(row->value.rank_correlation)) {
            fprintf(stream, "%.9g", row->value.rank_correlation);
        }
        fprintf(stream, ",%.9g,%.9g\n", row->value.ssim, row->value.top_overlap);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}
