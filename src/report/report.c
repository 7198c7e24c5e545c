/* SPDX-License-Identifier: MIT */
#include "lesionbench/report.h"

#include "figures.h"
#include "lesionbench/output.h"
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
draw_all(page_facts *facts, study_folder *folder, const lb_context *context, lb_error *err)
{
    enum { STEPS = 6 };
    static const char what[] = "drawing figures";
    lb_status status = LB_OK;
    lb_progress(context, what, 0, STEPS);
    LB_TRY(draw_boxplot(&facts->boxplot[CORRECT], folder, CORRECT, err));
    lb_progress(context, what, 1, STEPS);
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(draw_boxplot(&facts->boxplot[WRONG], folder, WRONG, err));
    lb_progress(context, what, 2, STEPS);
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(draw_curves(&facts->curves, folder, err));
    lb_progress(context, what, 3, STEPS);
    LB_TRY(lb_check_cancelled(context, err));
    LB_TRY(draw_examples(&facts->examples, folder, err));
    lb_progress(context, what, 4, STEPS);
    LB_TRY(draw_heatmaps(&facts->heatmaps, &facts->heatmap_image, folder, context, err));
    lb_progress(context, what, 5, STEPS);
    LB_TRY(page_write(facts, err));
    lb_progress(context, what, STEPS, STEPS);
cleanup:
    return status;
}

lb_status
lb_report(const char *directory, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    study_folder folder = {0};
    page_facts facts = {0};
    LB_TRY(folder_load(&folder, directory, err));
    LB_TRY(page_facts_read(&facts, &folder, err));
    LB_TRY(check_study(&folder, &facts, err));
    LB_TRY(make_folders(directory, err));
    LB_TRY(draw_all(&facts, &folder, context, err));
cleanup:
    page_facts_release(&facts);
    folder_release(&folder);
    return status;
}
