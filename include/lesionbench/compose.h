/* SPDX-License-Identifier: MIT */
/* Composes the images of the benchmark: lesions on slices. The reference study: Oliveira et al.,
 * Frontiers in AI 2024, doi 10.3389/frai.2024.1330919. */
#ifndef LESIONBENCH_COMPOSE_H
#define LESIONBENCH_COMPOSE_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"
#include "lesionbench/lesions.h"
#include "lesionbench/quirks.h"
#include "lesionbench/slices.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_protocol {
    LB_PROTOCOL_CORRECTED, /* the study with its known defects corrected */
    LB_PROTOCOL_REFERENCE, /* the study as published: all known defects on */
    LB_PROTOCOL_FAIR /* corrected, and brightness does not reveal the ground truth: distractors
                              in both classes, places independent of the label */
} lb_protocol;
extern const char *const LB_PROTOCOLS[]; /* names, NULL-terminated */

/* How a lesion or distractor changes the tissue x below it. m: its mask, rescaled to [0,
 * lesion_intensity]. */
typedef enum lb_polarity {
    LB_POLARITY_LIGHT,  /* 1 - (1 - x)(1 - m), the study's */
    LB_POLARITY_DARK,   /* x (1 - m) */
    LB_POLARITY_RANDOM, /* either, each item by itself */
    LB_POLARITY_TISSUE  /* x + m (t - x), t the lower quartile of the slice's brain: values stay in
                           the tissue's range, as in T1-hypointense lesions */
} lb_polarity;
extern const char *const LB_POLARITIES[];

/* What the label stands for. */
typedef enum lb_label_rule {
    LB_LABEL_BY_SHAPE, /* 0 round, 1 irregular */
    LB_LABEL_BY_SIDE   /* 0: lesions in the rows before the brain's middle row, 1: after it; shapes
                          are mixed, independent of the label */
} lb_label_rule;
extern const char *const LB_LABEL_RULES[];

typedef struct lb_compose_options {
    size_t images[LB_SPLITS];       /* default 2500 each */
    uint32_t first_seed[LB_SPLITS]; /* default 0, 30000, 50000 */
    size_t size;                    /* side of the square result, default 224 */
    size_t protocol;                /* lb_protocol, default corrected */
    const char *quirks;      /* changes to the protocol's known defects, for lb_quirks_switch();
                                borrowed; NULL: no changes */
    double brain_intensity;  /* slices are rescaled to [0, this], default 0.7 */
    double lesion_intensity; /* lesions are rescaled to [0, this], default 0.5 */
    double truth_threshold;  /* a pixel is true if it has at least this share of the
                                lesion's own peak, default 0.5 */
    size_t minimum_lesions, maximum_lesions; /* default 3 and 5 */
    size_t distractors;                      /* per lesion, under LB_PROTOCOL_FAIR; default 2 */
    double plain_share; /* share of training images without distractors, under LB_PROTOCOL_FAIR, for
                           learning the shapes first; default 0 */
    size_t polarity;    /* lb_polarity, default light */
    size_t label_by;    /* lb_label_rule, default shape */
    size_t every_slice; /* 1 + lb_split: make that split alone, from each slice once, in file order,
                           and ignore images[]. Default 0: off */
    uint64_t seed;      /* assigns subjects to splits and slices to images */
} lb_compose_options;

void lb_compose_defaults(lb_compose_options *options);

/* Writes a dataset.h5 to path. Image i of a split:
 *   - Its seed is first_seed + i. The seed drives NumPy's legacy random stream as in the study: the
 *     number of lesions, the label, the shuffled lesions, and, after seeding again, the corners of
 *     their boxes. A box must lie in the brain and overlap no other. A lesion covers the pixels of
 *     its shape; with the defect box_artefact it covers its whole box.
 *   - Its slice is entry i (cyclic) of a random order of the split's slices. The slice must have
 *     space for the lesions of both labels; if not, the next slice is tried, up to 16. So the
 *     choice of slice is independent of the label. LB_ERROR_NUMERIC, naming the slice, if none has
 *     space. With the defect unbounded_placement, and with every_slice, no slice is skipped.
 *   - The image and the sum of masks are resized together. A pixel is true if its centre lies in
 *     the box of a lesion and if that lesion has there at least truth_threshold of its own peak,
 *     both after resizing. With truth_threshold 0, and with the defect truth_from_resized_halo, all
 *     pixels above 0 are true. The ground truth holds the mask's value at true pixels, and 0
 *     elsewhere.
 *   - Under LB_PROTOCOL_FAIR the slice is resized first, and each lesion by itself. All lesions of
 *     an image have the same pixel values in different places, so area and brightness do not depend
 *     on the shape. There are `distractors` for each lesion, of the library's third shape, with the
 *     lesions' intensity. Lesions and distractors get places in random order. Each place has space
 *     for the lesions of both labels, centred. So places and slices are independent of the label.
 *
 * Contents of the file: see docs/formats.md. Each split has the parts that lb_dataset_open() reads,
 * `subject`, int32 (N), the index of the slice's subject in order of first appearance, and the
 * attributes first_seed and slices_passed_over. Under LB_PROTOCOL_FAIR it has `distractor`, uint8
 * (N, H, W), 1 on the distractors (threshold as for the ground truth). The root has the options as
 * attributes, and the group `subjects` for lb_subject_splits_read().
 *
 * The file does not depend on the number of threads. Memory does not grow with the number of
 * images. A split may have 0 images. LB_ERROR_ARGUMENT if the seeds of two splits overlap. */
lb_status lb_compose(const lb_compose_options *options, lb_slices *slices,
                     const lb_lesion_library *lesions, const char *path, const lb_context *context,
                     lb_error *err);
/* out (subjects of the slices): the split of each subject, as lb_compose() assigns it. */
lb_status lb_compose_split(uint8_t *out, const lb_compose_options *options, const lb_slices *slices,
                           lb_error *err);
/* The known defects that are on: those of the protocol, changed by options->quirks. Defects of
 * training, prediction and explanation are recorded in the dataset; those steps read them there. */
lb_status lb_compose_quirks(lb_quirk_set *out, const lb_compose_options *options, lb_error *err);

/* Reads the options that a dataset.h5 was made with, except the paths of slices and lesions.
 * *quirks is borrowed by out->quirks; the caller frees it (lb_free). */
lb_status lb_compose_options_read(lb_compose_options *out, char **quirks, const char *path,
                                  lb_error *err);

/* Composes images one at a time in memory: new training images for every epoch. In epoch 0 image i
 * is that of lb_compose(). In epoch e > 0 its seed is the first seed that no split uses, plus (e -
 * 1) x count + i, and its slice is entry e x count + i of the split's order. The slices and lesions
 * are borrowed and must outlive the composer. Use one composer in one thread at a time. */
typedef struct lb_composer lb_composer;
lb_status lb_composer_create(lb_composer **out, const lb_compose_options *options,
                             lb_slices *slices, const lb_lesion_library *lesions, lb_error *err);
void lb_composer_free(lb_composer *composer); /* accepts NULL */
/* image and truth (size, size); truth may be NULL. */
lb_status lb_composer_make(float *image, float *truth, lb_composer *composer, lb_split split,
                           size_t epoch, size_t index, lb_error *err);
uint8_t lb_composer_label(lb_composer *composer, lb_split split, size_t epoch, size_t index);

#ifdef __cplusplus
}
#endif

#endif
