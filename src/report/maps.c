/* SPDX-License-Identifier: MIT */
#include "maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "lesionbench/score.h"

static lb_status
check_index(const map_set *set, const map_file *file, lb_error *err)
{
    for (size_t i = 0; i < file->count; i++) {
        if (file->index[i] < 0 ||
            (size_t)file->index[i] >= lb_dataset_count(set->dataset, LB_HOLDOUT)) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: \"index\" names image %d, which dataset.h5 does not have",
                           lb_h5_path(file->file), (int)file->index[i]);
        }
    }
    return LB_OK;
}

/* Opens one file and adds it to the set, unless it is damaged. */
static lb_status
add_file(map_set *set, study_folder *folder, map_file kind, const char *name, const char *shows,
         lb_error *err)
{
    lb_status status = LB_OK;
    bool there = false;
    lb_array index = {0};
    char *path = NULL;
    LB_TRY(folder_has(&there, folder, name, shows, err));
    if (!there) {
        goto cleanup;
    }
    path = folder_path(folder, name, err);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_h5_open(&kind.file, path, NULL, err));
    LB_TRY(lb_h5_read(&index, kind.file, "index", LB_I32, err));
    kind.count = lb_array_count(&index);
    kind.index = index.data;
    LB_TRY(check_index(set, &kind, err));
    set->files[set->file_count++] = kind; /* from here maps_close() closes it */
    kind = (map_file){.file = NULL};
cleanup:
    lb_h5_close(kind.file);
    lb_free(kind.index);
    lb_free(path);
    return folder_forgive(status, folder, err);
}

/* Whether the table of models has this one's corpus and degree in a row before, with another seed
 * or with the same. */
static void
look_before(bool *seed, bool *model, const study_folder *folder, size_t index)
{
    const model_row *m = &folder->models[index];
    *seed = *model = false;
    for (size_t i = 0; i < index; i++) {
        const model_row *o = &folder->models[i];
        if (strcmp(o->corpus, m->corpus) == 0 && strcmp(o->degree, m->degree) == 0) {
            *model = true;
            *seed = *seed || strcmp(o->seed, m->seed) == 0;
        }
    }
}

/* Adds the models of this corpus and degree. */
static lb_status
add_models_of(map_set *set, study_folder *folder, size_t corpus, size_t degree, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < folder->model_count && status == LB_OK; i++) {
        const model_row *m = &folder->models[i];
        bool listed = false, later = false;
        look_before(&listed, &later, folder, i);
        if (listed || strcmp(m->corpus, folder->corpora[corpus]) != 0 ||
            strcmp(m->degree, degree_names[degree]) != 0) {
            continue;
        }
        const map_file kind = {
            .corpus = corpus, .degree = degree, .seed = m->seed, .first = !later};
        char *name = lb_format(err, "explanations/%s_degree_%s_seed_%s%s.h5", m->corpus, m->degree,
                               m->seed, folder->suffix);
        status = name == NULL ? err->code : add_file(set, folder, kind, name, "its heat maps", err);
        lb_free(name);
    }
    return status;
}

static lb_status
add_models(map_set *set, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < folder->corpus_count * DEGREES && status == LB_OK; i++) {
        status = add_models_of(set, folder, i / DEGREES, i % DEGREES, err);
    }
    return status;
}

/* What stands beside the models. */
static lb_status
add_others(map_set *set, study_folder *folder, lb_error *err)
{
    static const struct {
        const char *name, *shows;
        map_file kind;
    } others[] = {
        {"untrained", "the untrained network's maps", {.degree = UNTRAINED, .seed = ""}},
        {"baseline", "the baselines' maps", {.degree = NO_NETWORK, .seed = ""}},
    };
    lb_status status = LB_OK;
    for (size_t i = 0; i < sizeof others / sizeof *others && status == LB_OK; i++) {
        char name[64];
        map_file kind = others[i].kind;
        kind.first = true;
        snprintf(name, sizeof name, "explanations/%s%s.h5", others[i].name, folder->suffix);
        status = add_file(set, folder, kind, name, others[i].shows, err);
    }
    return status;
}

static lb_status
open_dataset(map_set *set, study_folder *folder, lb_error *err)
{
    bool there = false;
    lb_status status =
        folder_has(&there, folder, "dataset.h5", "example images and heat maps", err);
    if (status != LB_OK || !there) {
        return status;
    }
    char *path = folder_path(folder, "dataset.h5", err);
    status = path == NULL ? err->code : lb_dataset_open(&set->dataset, path, err);
    lb_free(path);
    return folder_forgive(status, folder, err);
}

lb_status
maps_open(map_set *out, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    map_set set = {.folder = folder};
    LB_TRY(open_dataset(&set, folder, err));
    if (set.dataset != NULL) {
        set.height = lb_dataset_width(set.dataset);
        set.width = lb_dataset_height(set.dataset);
        size_t pixels = set.height * set.width;
        LB_ALLOC(set.map, pixels);
        LB_ALLOC(set.truth, pixels);
        LB_ALLOC(set.image, pixels);
        LB_ALLOC(set.scratch, pixels);
        LB_ALLOC(set.files, folder->model_count + 2);
        LB_TRY(add_models(&set, folder, err));
        if (set.file_count > 0) {
            LB_TRY(add_others(&set, folder, err));
        }
    }
    *out = set;
    set = (map_set){0};
cleanup:
    maps_close(&set);
    return status;
}

void
maps_close(map_set *set)
{
    for (size_t i = 0; i < set->file_count; i++) {
        lb_free(set->files[i].index);
        lb_h5_close(set->files[i].file);
    }
    lb_free(set->files);
    lb_free(set->scratch);
    lb_free(set->image);
    lb_free(set->truth);
    lb_free(set->map);
    lb_dataset_close(set->dataset);
    *set = (map_set){0};
}

const map_file *
maps_find(const map_set *set, size_t corpus, size_t degree)
{
    for (size_t i = 0; i < set->file_count; i++) {
        const map_file *file = &set->files[i];
        if (file->first && file->degree == degree &&
            (degree >= DEGREES || file->corpus == corpus)) {
            return file;
        }
    }
    return NULL;
}

/* The row must exist and have the dataset's size, before it is read into a buffer of that size. */
static lb_status
check_shape(const map_set *set, const map_file *file, const char *name, size_t row, lb_error *err)
{
    size_t rank = 0, shape[LB_MAX_RANK] = {0};
    lb_status status = lb_h5_shape(&rank, shape, file->file, name, err);
    if (status == LB_OK &&
        (rank != 3 || shape[0] <= row || shape[1] != set->width || shape[2] != set->height)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: \"%s\" is not one map of %zu x %zu pixels per image of \"index\"",
                       lb_h5_path(file->file), name, set->width, set->height);
    }
    return status;
}

/* A quarter turn of what was just read, so that brains stand upright. */
static void
turn(map_set *set, float **image)
{
    float *turned = set->scratch;
    drawing_turn(turned, *image, set->width, set->height);
    set->scratch = *image;
    *image = turned;
}

static lb_status
score_map(double *out, map_set *set, const map_file *file, size_t method, lb_error *err)
{
    lb_localisation score;
    lb_status status =
        lb_localise(&score, set->map, set->truth, set->height * set->width, set->scratch, err);
    if (status != LB_OK) {
        return lb_fail_context(err, "%s: %s", lb_h5_path(file->file),
                               set->folder->methods[method].name);
    }
    *out = lb_tpr(&score);
    return LB_OK;
}

lb_status
maps_read(bool *found, double *tpr, map_set *set, const map_file *file, size_t method, size_t image,
          lb_error *err)
{
    char name[64];
    snprintf(name, sizeof name, "%s/map", set->folder->methods[method].name);
    *found = false;
    for (size_t row = 0; row < file->count; row++) {
        if ((size_t)file->index[row] != image || !lb_h5_has(file->file, name)) {
            continue;
        }
        lb_status status = check_shape(set, file, name, row, err);
        if (status == LB_OK) {
            status = lb_h5_read_rows(file->file, name, LB_F32, row, 1, set->map, err);
        }
        if (status == LB_OK) {
            turn(set, &set->map);
        }
        if (status == LB_OK && tpr != NULL) {
            status = score_map(tpr, set, file, method, err);
        }
        *found = status == LB_OK;
        return folder_forgive(status, set->folder, err);
    }
    return LB_OK;
}

lb_status
maps_read_image(bool *found, map_set *set, size_t image, lb_error *err)
{
    lb_status status =
        lb_dataset_read(set->image, set->truth, set->dataset, LB_HOLDOUT, image, 1, err);
    *found = status == LB_OK;
    if (*found) {
        turn(set, &set->image);
        turn(set, &set->truth);
    }
    return folder_forgive(status, set->folder, err);
}

static lb_status
mean_tpr(double *out, map_set *set, size_t image, lb_error *err)
{
    lb_status status = LB_OK;
    double sum = 0, n = 0, tpr = 0;
    bool read = false;
    LB_TRY(maps_read_image(&read, set, image, err));
    for (size_t i = 0; read && i < set->file_count; i++) {
        for (size_t method = 0; method < set->folder->attribution_count; method++) {
            bool found = false;
            if (set->files[i].degree >= DEGREES || !set->files[i].first) {
                continue;
            }
            LB_TRY(maps_read(&found, &tpr, set, &set->files[i], method, image, err));
            if (found) {
                sum += tpr;
                n++;
            }
        }
    }
    *out = n > 0 ? sum / n : 0;
cleanup:
    return status;
}

typedef struct candidate {
    double tpr;
    size_t image;
} candidate;

static int
by_tpr(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    int order = (x->tpr > y->tpr) - (x->tpr < y->tpr);
    return order != 0 ? order : (x->image > y->image) - (x->image < y->image);
}

/* A model's file that holds an image; every model has maps of the correct ones. NULL: none does. */
static const map_file *
filled_file(const map_set *set)
{
    for (size_t i = 0; i < set->file_count; i++) {
        if (set->files[i].degree < DEGREES && set->files[i].count > 0) {
            return &set->files[i];
        }
    }
    return NULL;
}

lb_status
maps_typical(typical_image *out, map_set *set, const study_folder *folder,
             const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const map_file *file = filled_file(set);
    size_t n = 0;
    bool correct = false;
    candidate *candidates = NULL;
    *out = (typical_image){0};
    if (file == NULL) {
        return LB_OK;
    }
    LB_ALLOC(candidates, file->count);
    for (size_t i = 0; i < file->count; i++) {
        correct = correct || folder_selects(folder, CORRECT, (size_t)file->index[i]);
    }
    for (size_t i = 0; i < file->count; i++) {
        size_t image = (size_t)file->index[i];
        LB_TRY(lb_check_cancelled(context, err));
        if (!correct || folder_selects(folder, CORRECT, image)) {
            candidates[n].image = image;
            LB_TRY(mean_tpr(&candidates[n++].tpr, set, image, err));
        }
    }
    qsort(candidates, n, sizeof *candidates, by_tpr);
    *out = (typical_image){.image = candidates[n / 2].image,
                           .of = n,
                           .correct = correct,
                           .best = candidates[n - 1].image,
                           .worst = candidates[0].image};
cleanup:
    lb_free(candidates);
    return status;
}
