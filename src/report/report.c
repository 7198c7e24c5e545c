/* SPDX-License-Identifier: MIT */
#include "lesionbench/report.h"

#include "figures.h"
#include "lesionbench/atomic_file.h"
#include "page.h"

static lb_status
make_folders(const char *directory, lb_error *err)
{
    static const char *const names[] = {"figures", "report"};
    lb_status status = LB_OK;
    for (size_t i = 0; i < 2 && status == LB_OK; i++) {
        char *path = lb_format(err, "%s/%s", directory, names[i]);
        status = path == NULL ? err->code : lb_make_directories(path, err);
        lb_free(path);
    }
    return status;
}

/* A folder without anything to show is most likely the wrong one. */
static lb_status
check_study(const study_folder *folder, const page_facts *facts, lb_error *err)
{
    if (folder->model_count > 0 || folder->explanation_count > 0 || facts->holdout > 0) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: holds no study: neither tables nor dataset.h5 (give the folder that "
                   "'lesionbench study' wrote)",
                   folder->directory);
}

static lb_status
draw_boxplots(page_facts *facts, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < (size_t)SELECTIONS * RATES; i++) {
        selection chosen = (selection)(i / RATES);
        rate of = (rate)(i % RATES);
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(draw_boxplot(&facts->boxplot[chosen][of], facts->folder, chosen, of, err));
    }
cleanup:
    return status;
}

static lb_status
draw_all(page_facts *facts, const lb_context *context, lb_error *err)
{
    enum { STEPS = 6 };
    static const char what[] = "drawing figures";
    lb_status status = LB_OK;
    study_folder *folder = facts->folder;
    lb_progress(context, what, 0, STEPS);
    LB_TRY(draw_boxplots(facts, context, err));
    lb_progress(context, what, 1, STEPS);
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(draw_curves(&facts->curves, folder, err));
    lb_progress(context, what, 2, STEPS);
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(draw_scatter(&facts->scatter, folder, err));
    LB_TRY(draw_completeness(&facts->completeness, folder, err));
    lb_progress(context, what, 3, STEPS);
    LB_TRY(maps_open(&facts->maps, folder, err));
    LB_TRY(draw_heatmaps(&facts->heatmaps, &facts->heatmap_preview, &facts->extremes,
                         &facts->heatmap_image, &facts->maps, context, err));
    lb_progress(context, what, 4, STEPS);
    LB_TRY(draw_agreement(&facts->agreement, &facts->maps, context, err));
    lb_progress(context, what, STEPS, STEPS);
cleanup:
    return status;
}

static bool
is_empty(const study_folder *folder)
{
    return folder->model_count == 0 && folder->explanation_count == 0;
}

/* A folder with nothing but matched networks is shown as any other. */
lb_status
lb_report(const char *directory, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    report_scores scores = {.is_read = false};
    study_folder folders[CONDITIONS] = {{0}};
    page_facts facts[CONDITIONS] = {{0}};
    for (size_t i = 0; i < CONDITIONS; i++) {
        LB_TRY(folder_load(&folders[i], &scores, directory, (study_condition)i, err));
        LB_TRY(page_facts_read(&facts[i], &folders[i], err));
    }
    bool matched = !is_empty(&folders[MATCHED]), alone = matched && is_empty(&folders[BEST]);
    page_facts *first = &facts[alone ? MATCHED : BEST];
    LB_TRY(check_study(first->folder, first, err));
    LB_TRY(make_folders(directory, err));
    LB_TRY(draw_examples(&first->examples, first->folder, err));
    LB_TRY(draw_lesions(&first->lesions, first->folder, context, err));
    LB_TRY(draw_audit(&first->audit, first->folder, err));
    LB_TRY(draw_all(first, context, err));
    if (matched && !alone) {
        LB_TRY(draw_all(&facts[MATCHED], context, err));
    }
    LB_TRY(page_write(first, matched && !alone ? &facts[MATCHED] : NULL, context, err));
cleanup:
    for (size_t i = 0; i < CONDITIONS; i++) {
        page_facts_release(&facts[i]);
        folder_release(&folders[i]);
    }
    lb_score_table_release(&scores.table);
    return status;
}
