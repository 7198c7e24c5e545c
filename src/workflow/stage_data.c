/* SPDX-License-Identifier: MIT */
/* The stages that make data, models and predictions. */
#include "kinds.h"
#include "search.h"

#include <unistd.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/pipeline.h"
#include "lesionbench/predictions.h"
#include "lesionbench/report.h"
#include "lesionbench/tables.h"

/* Slices that were made before become the study's own, so that its folder is whole. */
static lb_status
copy_slices(const char *from, const char *to, const lb_context *context, lb_error *err)
{
    enum { CHUNK = 1 << 20 };
    lb_status status = LB_OK;
    lb_slices *slices = NULL;
    lb_atomic_file *output = NULL;
    FILE *stream = NULL;
    char *chunk = NULL;
    size_t size = 0;
    LB_TRY(lb_slices_open(&slices, from, err));
    LB_ALLOC(chunk, CHUNK);
    LB_TRY(lb_file_open(&stream, &size, from, err));
    LB_TRY(lb_atomic_file_open(&output, to, err));
    for (size_t n = 0; (n = fread(chunk, 1, CHUNK, stream)) > 0;) {
        LB_TRY(lb_check_cancelled(context, err));
        if (fwrite(chunk, 1, n, lb_atomic_file_stream(output)) != n) {
            break; /* which the commit reports */
        }
    }
    if (ferror(stream)) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot read", from));
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    if (stream != NULL) {
        fclose(stream);
    }
    lb_free(chunk);
    lb_slices_close(slices);
    return status;
}

static lb_status
import_slices(const stage_list *list, const char *path, const lb_context *context, lb_error *err)
{
    lb_import_report report = {0};
    const lb_import_options *options = &list->study->import.request.import;
    const lb_study_listener *listener = list->listener;
    lb_status status = lb_slices_import(&report, options, path, context, err);
    if (status == LB_OK && listener != NULL && listener->say != NULL) {
        lb_import_report_say(&report, options, listener->say, listener->data);
    }
    lb_import_report_release(&report);
    return status;
}

lb_status
run_slices(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    if (list->study->slices != NULL) {
        return copy_slices(list->study->slices, self->outputs[0], context, err);
    }
    if (list->study->import.paths != NULL) {
        return import_slices(list, self->outputs[0], context, err);
    }
    return lb_slices_simulate(&list->study->cohort, self->outputs[0], context, err);
}

lb_status
run_lesions(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_lesion_library library = {0};
    lb_status status = lb_lesions_generate(&library, &list->study->lesions, context, err);
    if (status == LB_OK) {
        status = lb_lesions_save(&library, &list->study->lesions, self->outputs[0], context, err);
    }
    lb_lesions_release(&library);
    return status;
}

lb_status
run_dataset(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_slices *slices = NULL;
    lb_lesion_library library = {0};
    LB_TRY(lb_slices_open(&slices, stage_path(list, list->slices, 0), err));
    LB_TRY(lb_lesions_load(&library, stage_path(list, list->lesions, 0), err));
    LB_TRY(lb_compose(&list->study->compose, slices, &library, self->outputs[0], context, err));
cleanup:
    lb_lesions_release(&library);
    lb_slices_close(slices);
    return status;
}

lb_status
run_pretrain(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    const lb_study *study = list->study;
    const plan_corpus *corpus = &study->corpora[self->corpus];
    const lb_pretrain_job job = {.corpus = corpus->name,
                                 .task = (lb_task)corpus->task,
                                 .slices = stage_path(list, list->slices, 0),
                                 .images = corpus->images,
                                 .labels = corpus->labels,
                                 .limit = corpus->limit,
                                 .compose = study->compose,
                                 .from = corpus->from,
                                 .architecture = lb_architecture_names[study->network.architecture],
                                 .width = study->network.width,
                                 .training = corpus->training};
    if (corpus->task == LB_TASK_NONE) { /* an earlier run's curve is not this model's */
        char *curve =
            lb_format(err, "%s/models/%s/pretraining_history.csv", list->directory, corpus->name);
        if (curve == NULL) {
            return err->code;
        }
        (void)unlink(curve);
        lb_free(curve);
    }
    return lb_pretrain(&job, self->outputs[0], self->outputs[1], context, err);
}

lb_status
run_predict(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    const lb_predict_job job = {.model = stage_path(list, list->finetune + self->model, 0),
                                .data = stage_path(list, list->dataset, 0),
                                .split = LB_HOLDOUT,
                                .compute = list->study->finetuning.training.compute};
    return lb_predict_to_file(&job, self->outputs[0], context, err);
}

lb_status
run_evaluate(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    (void)context;
    lb_status status = LB_OK;
    const char **predictions = NULL;
    LB_ALLOC(predictions, list->models);
    for (size_t i = 0; i < list->models; i++) {
        predictions[i] = stage_path(list, list->predict + i, 0);
    }
    LB_TRY(lb_classification_table_write(predictions, list->models, self->outputs[0], err));
    LB_TRY(search_table_write(list, self->outputs[1], err));
cleanup:
    lb_free(predictions);
    return status;
}

static lb_status
read_accuracy(lb_model_accuracy *out, const char *path, lb_error *err)
{
    lb_predictions predictions = {0};
    lb_classification score;
    lb_status status = lb_predictions_load(&predictions, path, err);
    if (status == LB_OK) {
        status = lb_predictions_score(&score, &predictions, path, err);
    }
    if (status == LB_OK) {
        *out = (lb_model_accuracy){.name = predictions.name, .accuracy = score.accuracy};
    }
    lb_predictions_release(&predictions);
    return status;
}

lb_status
run_tables(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    (void)context;
    lb_status status = LB_OK;
    lb_score_table table = {0};
    lb_model_accuracy *models = NULL;
    LB_ALLOC(models, list->models);
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(read_accuracy(&models[i], stage_path(list, list->predict + i, 0), err));
    }
    for (size_t i = list->explain; i < list->tables; i++) {
        LB_TRY(lb_scores_read(&table, stage_path(list, i, 1), err));
    }
    LB_TRY(lb_scores_write(&table, self->outputs[0], err));
    LB_TRY(lb_explanation_table_write(&table, models, list->models, self->outputs[1], err));
cleanup:
    lb_free(models);
    lb_score_table_release(&table);
    return status;
}

lb_status
run_report(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    (void)self;
    return lb_report(list->directory, context, err);
}
