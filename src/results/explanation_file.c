/* SPDX-License-Identifier: MIT */
#include "explanation_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diagnostics_columns.h"
#include "lesionbench/settings.h"
#include "model_name.h"

lb_status
explanation_groups(map_group **out, size_t *count, const lb_explain_job *job, lb_error *err)
{
    lb_status status = LB_OK;
    map_group *groups = NULL;
    size_t all = job->method_count, used = 0;
    for (size_t c = 0; c < job->control_count; c++) {
        all += job->controls[c].method_count;
    }
    LB_ALLOC(groups, all);
    for (; used < job->method_count; used++) {
        map_group *group = &groups[used];
        *group = (map_group){
            .method = job->methods[used], .control = NO_CONTROL, .original = NO_CONTROL};
        snprintf(group->name, sizeof group->name, "%s", group->method->name);
    }
    for (size_t c = 0; c < job->control_count; c++) {
        const lb_explain_control *control = &job->controls[c];
        for (size_t m = 0; m < control->method_count; m++) {
            map_group *group = &groups[used++];
            *group =
                (map_group){.method = control->methods[m], .control = c, .original = NO_CONTROL};
            snprintf(group->name, sizeof group->name, "%s:%s", control->name, group->method->name);
            for (size_t i = 0; i < job->method_count; i++) {
                group->original = job->methods[i] == group->method ? i : group->original;
            }
        }
    }
    *out = groups;
    *count = all;
cleanup:
    return status;
}

size_t
explanation_rows(size_t *row, const lb_explain_job *job)
{
    size_t rows = 0;
    for (size_t i = 0; i < job->count; i++) {
        bool wanted = job->keep == LB_KEEP_NONE || job->items[i].kept;
        row[i] = wanted ? rows++ : SIZE_MAX;
    }
    return rows;
}

/* Bytes where they do, as of all networks of two classes. */
static lb_status
write_labels(lb_h5 *file, const int32_t *label, size_t rows, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *bytes = NULL;
    bool fit = true;
    LB_ALLOC(bytes, rows);
    for (size_t i = 0; i < rows; i++) {
        fit = fit && label[i] <= UINT8_MAX;
        bytes[i] = (uint8_t)label[i];
    }
    LB_TRY(lb_h5_write(file, "label", fit ? LB_U8 : LB_I32, 1, &rows,
                       fit ? (const void *)bytes : label, err));
cleanup:
    lb_free(bytes);
    return status;
}

static lb_status
write_index(lb_h5 *file, const lb_explain_job *job, const size_t *row, size_t rows, lb_error *err)
{
    lb_status status = LB_OK;
    int32_t *index = NULL, *label = NULL;
    LB_ALLOC(index, rows);
    LB_ALLOC(label, rows);
    for (size_t i = 0; i < job->count; i++) {
        if (row[i] != SIZE_MAX) {
            index[row[i]] = (int32_t)job->items[i].image;
            label[row[i]] = job->items[i].target;
        }
    }
    LB_TRY(lb_h5_write(file, "index", LB_I32, 1, &rows, index, err));
    LB_TRY(write_labels(file, label, rows, err));
cleanup:
    lb_free(index);
    lb_free(label);
    return status;
}

lb_status
explanation_begin(lb_h5 *file, const lb_explain_job *job, const map_group *groups,
                  size_t group_count, const size_t *row, size_t rows, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(model_name_save(file, &job->name, err));
    LB_TRY(lb_h5_set_text(file, "", "split", job->dataset != NULL ? lb_split_name(job->split) : "",
                          err));
    LB_TRY(write_index(file, job, row, rows, err));
    size_t height = job->images->height, width = job->images->width;
    for (size_t g = 0; g < group_count && job->keep != LB_KEEP_NONE; g++) {
        char name[80];
        snprintf(name, sizeof name, "%s/map", groups[g].name);
        LB_TRY(lb_h5_reserve(file, name, LB_F32, 3, (const size_t[]){rows, height, width}, err));
        if (job->keep == LB_KEEP_RAW && !lb_method_is_control(groups[g].method)) {
            snprintf(name, sizeof name, "%s/attribution", groups[g].name);
            LB_TRY(lb_h5_reserve(file, name, LB_F32, 4, (const size_t[]){rows, 3, height, width},
                                 err));
        }
    }
cleanup:
    return status;
}

lb_status
explanation_keep(lb_h5 *file, const lb_explain_job *job, const map_group *group, size_t row,
                 const float *map, const float *attribution, lb_error *err)
{
    char name[80];
    snprintf(name, sizeof name, "%s/map", group->name);
    lb_status status = lb_h5_write_rows(file, name, LB_F32, row, 1, map, err);
    if (status == LB_OK && job->keep == LB_KEEP_RAW && attribution != NULL) {
        snprintf(name, sizeof name, "%s/attribution", group->name);
        status = lb_h5_write_rows(file, name, LB_F32, row, 1, attribution, err);
    }
    return status;
}

static lb_status
write_setting(lb_h5 *file, const char *group, const lb_setting *setting,
              const lb_explain_options *options, lb_error *err)
{
    double number = 0;
    lb_error no_number;
    lb_status status = LB_OK;
    char *text = lb_setting_print(options, setting, err);
    if (text == NULL) {
        return err->code;
    }
    if (lb_parse_real(&number, text, -HUGE_VAL, HUGE_VAL, &no_number) == LB_OK) {
        status = lb_h5_set_number(file, group, setting->key, number, err);
    } else {
        status = lb_h5_set_text(file, group, setting->key, text, err);
    }
    lb_free(text);
    return status;
}

/* Alphas that are given take the place of a seed. */
static lb_status
write_alphas(lb_h5 *file, const char *group, const lb_explain_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    for (size_t s = 0; s < options->samples; s++) {
        char *longer =
            lb_format(err, "%s%s%.17g", s > 0 ? text : "", s > 0 ? "," : "", options->alphas[s]);
        lb_free(text);
        text = longer;
        if (text == NULL) {
            LB_TRY(err->code);
        }
    }
    LB_TRY(lb_h5_set_text(file, group, "alphas", text, err));
cleanup:
    lb_free(text);
    return status;
}

/* The settings that the method uses, as attributes of its group. */
static lb_status
write_parameters(lb_h5 *file, const map_group *group, const lb_explain_options *options,
                 lb_error *err)
{
    lb_status status = LB_OK;
    lb_setting_table table = lb_explain_settings();
    lb_explain_options settled = *options;
    lb_method_set_defaults(group->method, &settled);
    const bool has_alphas =
        options->alphas != NULL && strcmp(group->method->name, "gradient_shap") == 0;
    if (has_alphas) {
        LB_TRY(write_alphas(file, group->name, options, err));
    }
    for (const char *const *key = lb_method_settings(group->method); *key != NULL; key++) {
        for (size_t s = 0; s < table.count; s++) {
            bool is_seed = strcmp(*key, "seed") == 0;
            if (strcmp(table.settings[s].key, *key) == 0 && !(is_seed && has_alphas)) {
                LB_TRY(write_setting(file, group->name, &table.settings[s], &settled, err));
            }
        }
    }
    if (options->sobel_is_laplace && (group->method->flags & LB_METHOD_OF_EDGES) != 0) {
        LB_TRY(lb_h5_set_text(file, group->name, "quirks", lb_quirk_name(LB_QUIRK_SOBEL_IS_LAPLACE),
                              err));
    }
cleanup:
    return status;
}

static lb_status
write_similarities(lb_h5 *file, const map_group *group, const size_t *row, size_t rows,
                   size_t count, const lb_similarity *similarities, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL;
    static const struct {
        const char *name;
        size_t offset;
    } COLUMNS[] = {{"rank_correlation", offsetof(lb_similarity, rank_correlation)},
                   {"ssim", offsetof(lb_similarity, ssim)},
                   {"top_overlap", offsetof(lb_similarity, top_overlap)}};
    LB_ALLOC(values, rows);
    for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++) {
        char name[96];
        for (size_t i = 0; i < count; i++) {
            if (row[i] != SIZE_MAX) {
                values[row[i]] =
                    *(const double *)((const char *)&similarities[i] + COLUMNS[c].offset);
            }
        }
        snprintf(name, sizeof name, "%s/%s", group->name, COLUMNS[c].name);
        LB_TRY(lb_h5_write(file, name, LB_F64, 1, &rows, values, err));
    }
cleanup:
    lb_free(values);
    return status;
}

lb_status
explanation_finish_group(lb_h5 *file, const lb_explain_job *job, const map_group *group,
                         const size_t *row, size_t rows, const lb_diagnostics *diagnostics,
                         const lb_similarity *similarities, lb_error *err)
{
    lb_status status = LB_OK;
    lb_diagnostics *kept = NULL;
    LB_ALLOC(kept, rows);
    for (size_t i = 0; i < job->count; i++) {
        if (row[i] != SIZE_MAX) {
            kept[row[i]] = diagnostics[i];
        }
    }
    LB_TRY(write_parameters(file, group, &job->options, err));
    if (group->control != NO_CONTROL) {
        const lb_explain_control *control = &job->controls[group->control];
        LB_TRY(lb_h5_set_text(file, group->name, "control", control->name, err));
        LB_TRY(lb_h5_set_number(file, group->name, "control_seed", (double)job->options.seed, err));
    }
    LB_TRY(diagnostics_save(file, group->name, kept, rows, err));
    if (similarities != NULL) {
        LB_TRY(write_similarities(file, group, row, rows, job->count, similarities, err));
    }
cleanup:
    lb_free(kept);
    return status;
}
