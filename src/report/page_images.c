/* SPDX-License-Identifier: MIT */
/* Which images the scores are of, in words made of the tables. */
#include "page.h"

#include <math.h>
#include <string.h>

#include "html.h"

static const char *const class_names[CLASSES] = {"round", "irregular"};

typedef struct class_count {
    size_t all; /* with those of unknown class */
    size_t of[CLASSES];
} class_count;

static void
count_one(class_count *count, int label)
{
    count->all++;
    if (label != NOT_KNOWN) {
        count->of[(size_t)label]++;
    }
}

static class_count
count_selected(const study_folder *folder, selection chosen)
{
    class_count count = {0};
    for (size_t i = 0; i < folder->image_count; i++) {
        if (folder->images[i].in[chosen]) {
            count_one(&count, folder->images[i].label);
        }
    }
    return count;
}

/* The images of one model, by the rows of one method, as each method has the same images. */
static class_count
count_of_model(const study_folder *folder, size_t corpus, size_t degree, selection chosen)
{
    class_count count = {0};
    for (size_t m = 0; m < folder->method_count && count.all == 0; m++) {
        score_range scores = folder_scores(folder, corpus, degree, m, chosen);
        for (size_t i = 0; i < scores.count; i++) {
            count_one(&count, folder_label(folder, scores.rows[i]));
        }
    }
    return count;
}

/* The class that has under 20 % of the images whose class is known; CLASSES where none has. */
static size_t
scarce_class(const class_count *count)
{
    for (size_t c = 0; c < CLASSES; c++) {
        if (5 * count->of[c] < count->of[0] + count->of[1]) {
            return c;
        }
    }
    return CLASSES;
}

/* The least and most images per model, from the table of explanations; false where it has none. */
static bool
images_per_model(double range[2], const study_folder *folder, selection chosen)
{
    range[0] = INFINITY;
    range[1] = -INFINITY;
    for (size_t i = 0; i < folder->explanation_count; i++) {
        const explanation_row *row = &folder->explanations[i];
        if (strcmp(row->selection, selection_names[chosen]) == 0 && isfinite(row->images) &&
            strcmp(row->corpus, "baseline") != 0 && strcmp(row->corpus, "untrained") != 0) {
            range[0] = fmin(range[0], row->images);
            range[1] = fmax(range[1], row->images);
        }
    }
    return range[0] <= range[1];
}

/* Images of the rows beside the models'; NaN where there are none. */
static double
images_beside(const study_folder *folder, selection chosen)
{
    for (size_t i = 0; i < folder->explanation_count; i++) {
        const explanation_row *row = &folder->explanations[i];
        if (strcmp(row->selection, selection_names[chosen]) == 0 && isfinite(row->images) &&
            (strcmp(row->corpus, "baseline") == 0 || strcmp(row->corpus, "untrained") == 0)) {
            return row->images;
        }
    }
    return NAN;
}

void
page_name_images(char *out, size_t size, const study_folder *folder, selection chosen)
{
    class_count count = count_selected(folder, chosen);
    double range[2], beside = images_beside(folder, chosen);
    char number[64] = "some", classes[80] = "", together[160] = "", others[120] = "";
    if (chosen == CORRECT && count.all > 0) { /* the same for all models */
        snprintf(number, sizeof number, "%zu", count.all);
    } else if (images_per_model(range, folder, chosen)) {
        snprintf(number, sizeof number, range[0] < range[1] ? "%.0f to %.0f" : "%.0f", range[0],
                 range[1]);
    }
    if (count.of[0] + count.of[1] > 0) {
        snprintf(classes, sizeof classes, "%zu round, %zu irregular", count.of[0], count.of[1]);
    }
    if (chosen == CORRECT) {
        snprintf(out, size, "%s of the holdout images that all networks classify correctly%s%s%s",
                 number, *classes != '\0' ? " (" : "", classes, *classes != '\0' ? ")" : "");
        return;
    }
    if (*classes != '\0') {
        snprintf(together, sizeof together, " (together %zu: %s)", count.all, classes);
    }
    if (isfinite(beside)) {
        snprintf(others, sizeof others, "; untrained and without a network: over %.0f of these",
                 beside);
    }
    snprintf(out, size, "%s of the holdout images that each network itself gets wrong%s%s", number,
             together, others);
}

/* The model with the lowest holdout accuracy on one class; NULL unknown. */
static const model_row *
weakest_on(const study_folder *folder, size_t class, double *accuracy)
{
    const model_row *weakest = NULL;
    for (size_t i = 0; i < folder->model_count; i++) {
        const model_row *row = &folder->models[i];
        double value = class == 0 ? row->specificity : row->sensitivity;
        if (strcmp(row->split, "holdout") == 0 && isfinite(value) &&
            (weakest == NULL || value < *accuracy)) {
            weakest = row;
            *accuracy = value;
        }
    }
    return weakest;
}

static void
note_correct(FILE *page, const study_folder *folder)
{
    class_count count = count_selected(folder, CORRECT);
    size_t scarce = scarce_class(&count);
    double accuracy = NAN;
    if (scarce == CLASSES) {
        return;
    }
    const model_row *weakest = weakest_on(folder, scarce, &accuracy);
    fprintf(page, "<p class=\"note\">Of these %zu images, ", count.all);
    if (count.of[scarce] == 0) {
        fprintf(page, "none has %s lesions, so that the medians speak of the %s ones alone.",
                class_names[scarce], class_names[1 - scarce]);
    } else {
        fprintf(page, "only %zu %s %s lesions, so that the medians speak mostly of the %s ones.",
                count.of[scarce], count.of[scarce] == 1 ? "has" : "have", class_names[scarce],
                class_names[1 - scarce]);
    }
    if (weakest != NULL) {
        fprintf(page, " Of all networks, the one that knows %s lesions least is ",
                class_names[scarce]);
        html_text(page, corpus_title(weakest->corpus));
        fputs(", degree ", page);
        html_text(page, weakest->degree);
        fputs(", seed ", page);
        html_text(page, weakest->seed);
        fputs(": it gets ", page);
        html_rate(page, accuracy);
        fputs(" of them right.", page);
    }
    fputs("</p>\n", page);
}

static void
note_wrong(FILE *page, const study_folder *folder)
{
    bool any = false;
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        for (size_t degree = 0; degree < DEGREES; degree++) {
            class_count count = count_of_model(folder, corpus, degree, WRONG);
            size_t scarce = scarce_class(&count);
            if (scarce == CLASSES) {
                continue;
            }
            fputs(any ? "; "
                      : "<p class=\"note\">Where a network’s wrong images are nearly all of one "
                        "class, its medians speak mostly of that class: ",
                  page);
            html_text(page, corpus_title(folder->corpora[corpus]));
            fprintf(page, ", degree %s (%zu of %zu %s)", degree_names[degree], count.of[1 - scarce],
                    count.all, class_names[1 - scarce]);
            any = true;
        }
    }
    fputs(any ? ".</p>\n" : "", page);
}

void
page_note_images(FILE *page, const study_folder *folder, selection chosen)
{
    static const char *const none[SELECTIONS] = {
        "There are no scores over images that all networks classify correctly: there are no such "
        "images, or none was explained.",
        "There are no scores over images that a network gets wrong: there are no such images, or "
        "none was explained."};
    double range[2];
    if (folder->explanation_count > 0 && !images_per_model(range, folder, chosen)) {
        fprintf(page, "<p class=\"note\">%s</p>\n", none[chosen]);
    } else if (chosen == CORRECT) {
        note_correct(page, folder);
    } else {
        note_wrong(page, folder);
    }
}
