/* SPDX-License-Identifier: MIT */
/* The kept explanations of a study folder: one file per model. */
#ifndef LB_REPORT_MAPS_H
#define LB_REPORT_MAPS_H

#include "folder.h"
#include "lesionbench/dataset.h"
#include "lesionbench/h5.h"

/* One file of maps. With UNTRAINED as degree it is the untrained network's, with NO_NETWORK that of
 * the baselines. */
enum { UNTRAINED = DEGREES, NO_NETWORK };
typedef struct map_file {
    size_t corpus, degree;
    const char *seed; /* borrowed; "" for what is no model */
    bool first;       /* the first seed of its corpus and degree */
    lb_h5 *file;
    int32_t *index; /* holdout image of each row */
    size_t count;
} map_file;

typedef struct map_set {
    study_folder *folder; /* borrowed */
    lb_dataset *dataset;
    size_t height, width; /* of images as they are shown: columns run upwards */
    map_file *files;      /* by corpus and degree, the models first */
    size_t file_count;
    float *map, *truth, *image, *scratch; /* one image each */
} map_set;

/* Opens what is there. Files that are missing are noted; with no model's, or without the dataset,
 * file_count is 0. */
lb_status maps_open(map_set *out, study_folder *folder, lb_error *err);
void maps_close(map_set *set);
/* The first seed's file of this corpus and degree; NULL where there is none. */
const map_file *maps_find(const map_set *set, size_t corpus, size_t degree);
/* Reads a map of a holdout image into set->map, and with tpr its score against the truth in
 * set->truth. *found is false where it was not kept or is damaged, which is noted. */
lb_status maps_read(bool *found, double *tpr, map_set *set, const map_file *file, size_t method,
                    size_t image, lb_error *err);
/* Reads the image and its truth; *found is false where the dataset is damaged, which is noted. */
lb_status maps_read_image(bool *found, map_set *set, size_t image, lb_error *err);
/* The image whose maps are shown. */
typedef struct typical_image {
    size_t image;
    size_t of;    /* images that it was chosen from */
    bool correct; /* they are right for all networks; otherwise they are all that were kept */
    size_t best, worst;
} typical_image;

/* The typical image: of those whose maps were kept, and of the correct ones where there are any,
 * the middle one by mean TPR over the first seeds' models and the methods; of two in the middle,
 * the higher. out->of is 0 where no model's map of any image was kept. */
lb_status maps_typical(typical_image *out, map_set *set, const study_folder *folder,
                       const lb_context *context, lb_error *err);

#endif
