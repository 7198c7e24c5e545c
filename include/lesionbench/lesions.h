/* SPDX-License-Identifier: MIT */
/* Artificial lesions of two shape classes, lesions.h5. Source: section 2 of the reference study,
 * Oliveira et al., Frontiers in AI 2024, doi 10.3389/frai.2024.1330919. */
#ifndef LESIONBENCH_LESIONS_H
#define LESIONBENCH_LESIONS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Shapes. The first two are also the class labels. Distractors belong to no class: their
 * compactness lies between those of the classes. */
typedef enum lb_shape { LB_ROUND = 0, LB_IRREGULAR = 1, LB_DISTRACTOR = 2 } lb_shape;
enum { LB_CLASSES = 2, LB_SHAPES = 3 };

typedef struct lb_lesion {
    size_t height, width;
    double *mask;       /* (height, width), 0 .. about 1, soft edge */
    double compactness; /* 4 pi A / P^2 of the blob it was made from, Crofton perimeter */
} lb_lesion;

typedef struct lb_lesion_library {
    size_t count[LB_SHAPES]; /* kept, by lb_shape; a library may have no distractors */
    size_t found[LB_SHAPES]; /* before the cut to the requested count */
    uint32_t last_seed;      /* the last noise field searched for the classes */
    lb_lesion *lesions[LB_SHAPES];
} lb_lesion_library;

typedef struct lb_lesion_options {
    size_t count;       /* of each class, default 50 */
    size_t distractors; /* default 100, 0 none */
    size_t area;        /* pixels of a blob before enlarging, default 70 */
    size_t scale;       /* enlargement of both sides, default 2 */
    /* Compactness: round above 0.8, irregular below 0.4, distractors between 0.52 and 0.68. */
    double round_above, irregular_below, distractor_above, distractor_below;
    double noise_sigma; /* smoothness of the noise, default 2: how smooth outlines are */
    double edge_sigma;  /* softness of the edge before enlarging, default 0.75 */
    /* If true, all lesions of all shapes have the same values, in different places: area at any
     * threshold, sum and maximum are equal. Default false, as in the study. */
    bool matched;
    uint32_t seed;       /* of the first noise field, default 0 */
    uint32_t max_fields; /* max number of noise fields, default 100,000 */
} lb_lesion_options;

void lb_lesion_defaults(lb_lesion_options *options);
/* Searches noise fields until both classes have more than count lesions, then keeps the first count
 * of each. The defaults find 51 round and 207 irregular lesions, the last in field 886. The first
 * 30 of each are those that the study published. Distractors are the first ones of the same fields
 * and, if these have too few, of later fields. They do not change the classes. The result does not
 * depend on the number of threads. LB_ERROR_NUMERIC if max_fields was reached first. */
lb_status lb_lesions_generate(lb_lesion_library *out, const lb_lesion_options *options,
                              const lb_context *context, lb_error *err);
/* options: those of lb_lesions_generate(), recorded in the file; NULL for lesions from another
 * source. */
lb_status lb_lesions_save(const lb_lesion_library *library, const lb_lesion_options *options,
                          const char *path, const lb_context *context, lb_error *err);
lb_status lb_lesions_load(lb_lesion_library *out, const char *path, lb_error *err);
void lb_lesions_release(lb_lesion_library *library);

/* Reads the lesions that the study published: two pickles, each a list of [mask, compactness].
 * Masks are used as they are; the published ones are already enlarged. LB_ERROR_FORMAT if a file
 * holds anything else, or if the round lesions are less compact than the irregular ones. */
lb_status lb_lesions_import(lb_lesion_library *out, const char *round, const char *irregular,
                            lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
