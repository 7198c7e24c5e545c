/* SPDX-License-Identifier: MIT */
/* Images of the benchmark with their lesions outlined: a row per class. */
#include "figures.h"

#include "canvas.h"
#include "drawing.h"
#include "lesionbench/dataset.h"

enum { COLUMNS = 6, MIN_PANEL = 220, SPACE = 8, MARGIN = 16, TITLE = 48, LETTER = 18 };

static lb_status
draw_row(canvas *picture, lb_dataset *dataset, float *work[3], uint8_t label, size_t y, size_t zoom,
         lb_error *err)
{
    lb_status status = LB_OK;
    const int32_t *labels = lb_dataset_labels(dataset, LB_HOLDOUT);
    size_t height = lb_dataset_width(dataset), width = lb_dataset_height(dataset); /* turned */
    float *raw = work[0], *image = work[1], *truth = work[2];
    size_t shown = 0, count = 0;
    segment *lines = NULL;
    const char *title = label == 0 ? "Round lesions (class 0)" : "Irregular lesions (class 1)";
    canvas_box(picture, MARGIN, y + 12, 24, 18, colour_of_class(label));
    canvas_text(picture, MARGIN + 36, (double)y + 30, LETTER, title, (colour){34, 34, 34});
    for (size_t i = 0; i < lb_dataset_count(dataset, LB_HOLDOUT) && shown < COLUMNS; i++) {
        if (labels[i] != label) {
            continue;
        }
        size_t x = MARGIN + shown * (zoom * width + SPACE);
        LB_TRY(lb_dataset_read(raw, NULL, dataset, LB_HOLDOUT, i, 1, err));
        drawing_turn(image, raw, width, height);
        LB_TRY(lb_dataset_read(NULL, raw, dataset, LB_HOLDOUT, i, 1, err));
        drawing_turn(truth, raw, width, height);
        LB_TRY(contour_trace(&lines, &count, truth, height, width, err));
        canvas_image(picture, x, y + TITLE, image, height, width, zoom, 1, false);
        canvas_outline(picture, x, y + TITLE, zoom, lines, count, 1.8, colour_of_class(label));
        lb_free(lines);
        lines = NULL;
        shown++;
    }
cleanup:
    lb_free(lines);
    return status;
}

static lb_status
draw_rows(canvas *picture, lb_dataset *dataset, lb_error *err)
{
    lb_status status = LB_OK;
    float *work[3] = {NULL, NULL, NULL};
    size_t height = lb_dataset_width(dataset), width = lb_dataset_height(dataset);
    size_t zoom = (MIN_PANEL + width - 1) / width, row = TITLE + zoom * height + SPACE;
    for (size_t i = 0; i < 3; i++) {
        LB_ALLOC(work[i], height * width);
    }
    LB_TRY(canvas_init_figure(picture, 2 * row + MARGIN,
                              2 * MARGIN + COLUMNS * (zoom * width + SPACE) - SPACE, CANVAS_PAGE,
                              err));
    LB_TRY(draw_row(picture, dataset, work, 0, 0, zoom, err));
    LB_TRY(draw_row(picture, dataset, work, 1, row, zoom, err));
cleanup:
    for (size_t i = 0; i < 3; i++) {
        lb_free(work[i]);
    }
    return status;
}

lb_status
draw_examples(bool *drawn, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = NULL;
    canvas picture = {.targets = NULL};
    char *source = NULL;
    bool there = false;
    *drawn = false;
    LB_TRY(folder_has(&there, folder, "dataset.h5", "example images and heat maps", err));
    if (!there) {
        goto cleanup;
    }
    source = folder_path(folder, "dataset.h5", err);
    if (source == NULL) {
        LB_TRY(err->code);
    }
    status = lb_dataset_open(&dataset, source, err);
    status = status == LB_OK ? draw_rows(&picture, dataset, err) : status;
    if (status != LB_OK) {
        LB_TRY(folder_forgive(status, folder, err));
        goto cleanup;
    }
    LB_TRY(canvas_write(&picture, folder->directory, "examples", err));
    *drawn = true;
cleanup:
    canvas_release(&picture);
    lb_dataset_close(dataset);
    lb_free(source);
    return status;
}

lb_status
draw_lesions(bool *drawn, study_folder *folder, const lb_context *context, lb_error *err)
{
    enum { ITEMS = 48 };
    lb_status status = LB_OK;
    drawing s = {.source = NULL};
    bool there = false;
    char *path = NULL;
    *drawn = false;
    LB_TRY(folder_has(&there, folder, "lesions.h5", "the lesions", err));
    if (!there) {
        goto cleanup;
    }
    path = folder_path(folder, "lesions.h5", err);
    status = path == NULL ? err->code : drawing_of_lesions(&s, path, ITEMS, err);
    if (status != LB_OK) {
        LB_TRY(folder_forgive(status, folder, err));
        goto cleanup;
    }
    LB_TRY(drawing_write_figure(&s, folder->directory, "lesions", context, err));
    *drawn = true;
cleanup:
    if (s.close != NULL) {
        s.close(s.source);
    }
    lb_free(path);
    return status;
}
