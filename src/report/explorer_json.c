/* SPDX-License-Identifier: MIT */
/* The explorer's data as JSON. Maps are coded in 64 levels; those of one network and image stand
 * one above the other in one grey PNG. */
#include <math.h>

#include "colour.h"
#include "contour.h"
#include "explorer.h"
#include "html.h"
#include "lesionbench/json.h"
#include "lesionbench/png.h"

static void
put_text(FILE *page, const char *text)
{
    lb_json_text(page, text, true);
}

static void
put_number(FILE *page, double value)
{
    lb_json_number(page, value, 6);
}

/* What writing needs. */
typedef struct writer {
    FILE *page;
    const explorer *e;
    size_t pixels, rows, columns; /* of an image; on the page */
    size_t true_pixels;           /* of the image under way */
    uint8_t *codes, *drawing;     /* one image; one of each method */
    double *sorted;
} writer;

static lb_status
put_png(writer *w, const uint8_t *pixels, size_t rows, lb_error *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    lb_status status = lb_png_encode(&bytes, &size, rows, w->columns, 1, pixels, err);
    if (status == LB_OK) {
        fputc('"', w->page);
        html_base64(w->page, bytes, size);
        fputc('"', w->page);
        lb_free(bytes);
    }
    return status;
}

/* The scores of one map, in the order of the columns; without a table its TPR alone is known. */
static void
put_values(writer *w, size_t file, size_t image, size_t method)
{
    const explorer *e = w->e;
    fputs(",\"v\":[", w->page);
    for (size_t c = 0; c < explorer_columns(e); c++) {
        fputs(c > 0 ? "," : "", w->page);
        put_number(w->page, (double)explorer_value(e, file, image, method, c));
    }
    fputs("]}", w->page);
}

static lb_status
put_maps_of(writer *w, size_t f, size_t i, bool *any, lb_error *err)
{
    lb_status status = LB_OK;
    const explorer *e = w->e;
    map_set *set = e->set;
    size_t image = (size_t)e->images[i].index, kept = 0, each = w->rows * w->columns;
    for (size_t m = 0; m < set->folder->method_count; m++) {
        bool found = false;
        double tpr = NAN;
        LB_TRY(maps_read(&found, &tpr, set, &set->files[f], m, image, err));
        if (!found) {
            continue;
        }
        if (kept == 0) {
            fprintf(w->page, "%s{\"model\":%zu,\"image\":%zu,\"predicted\":", *any ? ",\n" : "", f,
                    i);
            put_number(w->page, e->images[i].predicted[f] < CLASSES ? e->images[i].predicted[f]
                                                                    : (double)NAN);
            fputs(",\"confidence\":", w->page);
            put_number(w->page, (double)e->images[i].confidence[f]);
            fputs(",\"maps\":[", w->page);
            *any = true;
        }
        coded_map coded = explorer_code(w->codes, set->map, w->pixels, w->true_pixels, w->sorted);
        explorer_shrink(w->drawing + kept * each, w->codes, set->height, set->width, e->reduce);
        fprintf(w->page, "%s{\"method\":%zu,\"scale\":%.4g,\"above\":%u,\"tpr\":%.4f",
                kept > 0 ? "," : "", m, coded.scale, coded.threshold, tpr);
        put_values(w, f, i, m);
        kept++;
    }
    if (kept > 0) {
        fputs("],\"sheet\":", w->page);
        LB_TRY(put_png(w, w->drawing, kept * w->rows, err));
        fputc('}', w->page);
    }
cleanup:
    return status;
}

static lb_status
put_outline(writer *w, lb_error *err)
{
    const map_set *set = w->e->set;
    segment *lines = NULL;
    size_t count = 0;
    lb_status status = contour_trace(&lines, &count, set->truth, set->height, set->width, err);
    if (status == LB_OK) {
        fputs(",\"outline\":\"", w->page);
        for (size_t i = 0; i < count; i++) {
            fprintf(w->page, "M%.1f %.1fL%.1f %.1f", lines[i].x0, lines[i].y0, lines[i].x1,
                    lines[i].y1);
        }
        fputc('"', w->page);
        lb_free(lines);
    }
    return status;
}

/* The brain and its truth; the truth stays in the set for what follows. */
static lb_status
put_image(writer *w, size_t i, bool *read, lb_error *err)
{
    lb_status status = LB_OK;
    const explorer *e = w->e;
    map_set *set = e->set;
    size_t index = (size_t)e->images[i].index;
    LB_TRY(maps_read_image(read, set, index, err));
    w->true_pixels = 0;
    for (size_t k = 0; *read && k < w->pixels; k++) {
        w->true_pixels += set->truth[k] > 0;
        w->codes[k] = (uint8_t)(255 * fminf(fmaxf(set->image[k], 0), 1) + 0.5f);
    }
    fprintf(w->page, "%s{\"index\":%zu,\"label\":%d,\"lesions\":%d,\"slice\":%d,\"truePixels\":%zu",
            i > 0 ? ",\n" : "", index, lb_dataset_labels(set->dataset, LB_HOLDOUT)[index],
            lb_dataset_lesion_counts(set->dataset, LB_HOLDOUT)[index],
            (int)lb_dataset_slices(set->dataset, LB_HOLDOUT)[index], w->true_pixels);
    if (*read) {
        explorer_shrink(w->drawing, w->codes, set->height, set->width, e->reduce);
        for (size_t k = 0; k < w->pixels; k++) {
            w->codes[k] = set->truth[k] > 0 ? 255 : 0;
        }
        explorer_shrink(w->drawing + w->rows * w->columns, w->codes, set->height, set->width,
                        e->reduce);
        fputs(",\"sheet\":", w->page);
        LB_TRY(put_png(w, w->drawing, 2 * w->rows, err));
        LB_TRY(put_outline(w, err));
    }
    fputc('}', w->page);
cleanup:
    return status;
}

static void
put_names(FILE *page, const explorer *e)
{
    const study_folder *folder = e->set->folder;
    fprintf(
        page, "{\"condition\":\"%s\",\"height\":%zu,\"width\":%zu,\"reduce\":%zu,\"leftOut\":%zu",
        condition_names[folder->condition], e->set->height, e->set->width, e->reduce, e->left_out);
    fputs(",\n\"columns\":[", page);
    for (size_t c = 0; c < explorer_columns(e); c++) {
        fputs(c > 0 ? "," : "", page);
        put_text(page, explorer_column(e, c));
    }
    fputs("],\n\"methods\":[", page);
    for (size_t m = 0; m < folder->method_count; m++) {
        fputs(m > 0 ? "," : "", page);
        put_text(page, folder->methods[m].title);
    }
    fputs("],\n\"models\":[", page);
    for (size_t f = 0; f < e->set->file_count; f++) {
        const map_file *file = &e->set->files[f];
        bool model = file->degree < DEGREES;
        fputs(f > 0 ? ",\n{\"corpus\":" : "{\"corpus\":", page);
        put_text(page, model                        ? corpus_title(folder->corpora[file->corpus])
                       : file->degree == NO_NETWORK ? "No network"
                                                    : "Untrained");
        fputs(",\"degree\":", page);
        put_text(page, model ? degree_names[file->degree] : "");
        fputs(",\"seed\":", page);
        put_text(page, file->seed);
        fputs("}", page);
    }
    fputs("],\n", page);
}

static lb_status
put_condition(FILE *page, const explorer *e, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    map_set *set = e->set;
    bool any = false, read = false;
    writer w = {.page = page,
                .e = e,
                .pixels = set->height * set->width,
                .rows = (set->height + e->reduce - 1) / e->reduce,
                .columns = (set->width + e->reduce - 1) / e->reduce};
    size_t deepest = set->folder->method_count > 2 ? set->folder->method_count : 2;
    LB_ALLOC(w.codes, w.pixels);
    LB_ALLOC(w.sorted, w.pixels);
    LB_ALLOC(w.drawing, deepest * w.rows * w.columns);
    put_names(page, e);
    fputs("\"images\":[", page);
    for (size_t i = 0; i < e->image_count; i++) {
        LB_TRY(put_image(&w, i, &read, err));
    }
    fputs("],\n\"entries\":[", page);
    for (size_t i = 0; i < e->image_count; i++) {
        LB_TRY(lb_check_cancelled(context, err));
        lb_progress(context, "writing maps", i, e->image_count);
        bool again = false;
        LB_TRY(maps_read_image(&again, set, (size_t)e->images[i].index, err));
        w.true_pixels = 0;
        for (size_t k = 0; again && k < w.pixels; k++) {
            w.true_pixels += set->truth[k] > 0;
        }
        for (size_t f = 0; again && f < set->file_count; f++) {
            LB_TRY(put_maps_of(&w, f, i, &any, err));
        }
    }
    fputs("]}", page);
cleanup:
    lb_free(w.drawing);
    lb_free(w.sorted);
    lb_free(w.codes);
    return status;
}

lb_status
explorer_write(FILE *page, const explorer *const *conditions, size_t count,
               const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    bool any = false;
    fprintf(page, "{\"levels\":%d,\n\"colours\":[", (int)LEVELS);
    for (size_t i = 0; i < LEVELS; i++) {
        colour c = colour_map((double)i / (LEVELS - 1));
        fprintf(page, "%s[%d,%d,%d]", i > 0 ? "," : "", c.r, c.g, c.b);
    }
    fputs("],\n\"conditions\":[", page);
    for (size_t i = 0; i < count; i++) {
        if (conditions[i] != NULL && conditions[i]->image_count > 0) {
            fputs(any ? ",\n" : "", page);
            LB_TRY(put_condition(page, conditions[i], context, err));
            any = true;
        }
    }
    fputs("]}", page);
cleanup:
    return status;
}
