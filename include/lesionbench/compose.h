/* SPDX-License-Identifier: MIT */
/* Composing the benchmark: lesions on slices. The study: Oliveira et al., Frontiers in AI 2024, doi
 * 10.3389/frai.2024.1330919. */
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
    LB_PROTOCOL_CORRECTED, /* the study with its defects mended */
    LB_PROTOCOL_REFERENCE, /* the study as published: all quirks on */
    LB_PROTOCOL_FAIR       /* corrected, and brightness does not give the truth away: distractors in
                              both classes, places that do not depend on the label */
} lb_protocol;
extern const char *const LB_PROTOCOLS[]; /* names, NULL-terminated */

/* How an item changes the tissue x below it, with m its mask rescaled to [0, lesion_intensity]. */
typedef enum lb_polarity {
    LB_POLARITY_LIGHT,  /* 1 - (1 - x)(1 - m), the study's */
    LB_POLARITY_DARK,   /* x (1 - m) */
    LB_POLARITY_RANDOM, /* either, each item by itself */
    LB_POLARITY_TISSUE  /* x + m (t - x), t the lower quartile of the slice's brain: nothing is
                           outside the tissue's own range, as in T1-hypointense lesions */
} lb_polarity;
extern const char *const LB_POLARITIES[];

/* What the label says. */
typedef enum lb_label_rule {
    LB_LABEL_BY_SHAPE, /* 0 round, 1 irregular */
    LB_LABEL_BY_SIDE   /* 0: lesions in the rows before the brain's middle row, 1 after it; shapes
                          are mixed and say nothing */
} lb_label_rule;
extern const char *const LB_LABEL_RULES[];

typedef struct lb_compose_options {
    size_t images[LB_SPLITS];       /* default 2500 each */
    uint32_t first_seed[LB_SPLITS]; /* default 0, 30000, 50000 */
    size_t size;                    /* side of the square result, default 224 */
    size_t protocol;                /* lb_protocol, default corrected */
    const char *quirks;      /* list for lb_quirks_switch() upon the protocol's own; NULL none;
                                borrowed */
    double brain_intensity;  /* slices are rescaled to [0, this], default 0.7 */
    double lesion_intensity; /* lesions are rescaled to [0, this], default 0.5 */
    double truth_threshold;  /* a pixel is true where it has at least this share of the
                                lesion's own peak, default 0.5 */
    size_t minimum_lesions, maximum_lesions; /* default 3 and 5 */
    size_t distractors; /* for each lesion, under LB_PROTOCOL_FAIR; default 2 */
    double plain_share; /* of the training images, under LB_PROTOCOL_FAIR, that have no distractors:
                           networks learn the shapes on these first; default 0 */
    size_t polarity;    /* lb_polarity, default light */
    size_t label_by;    /* lb_label_rule, default shape */
    size_t every_slice; /* 1 + a split: that split alone is made, of each slice once, in file order;
                           images[] is not looked at. Default 0 */
    uint64_t seed;      /* subjects to splits, slices to images, what the study does not draw */
} lb_compose_options;

void lb_compose_defaults(lb_compose_options *options);

/* Image i of a split:
 * - Its seed, first_seed + i, drives NumPy's stream as in the study: number of lesions, label,
 *   shuffled lesions, and, seeded again, the corners of their boxes. A box must be free brain; a
 *   lesion takes the pixels of its shape, with the quirk box_artefact its whole box.
 * - Its slice is entry i (cyclic) of a random order of the split's slices. The slice must have room
 *   for the image's lesions and for those that the other label would have had; otherwise the next
 *   slice is taken, 16 at most. So which slices are passed over tells nothing of the label. Where
 *   none has room: LB_ERROR_NUMERIC, naming the slice. With the quirk unbounded_placement, and with
 *   every_slice, no slice is passed over.
 * - Image and summed masks are resized together; truth is where a lesion, in whose box the pixel's
 *   centre lies, has at least truth_threshold of its own peak, both after resizing. 0, and the
 * quirk truth_from_resized_halo, take all above 0. Truth holds the mask's values there and is 0
 * elsewhere.
 * - Under LB_PROTOCOL_FAIR the slice is resized first, and the lesions by themselves, all with the
 *   same values in other places, so that neither area nor brightness tells one shape from another.
 *   There are `distractors` for each lesion, of the library's third shape, with the lesions'
 *   intensity; lesions and distractors are put, in random order, on places that both labels'
 * lesions fit on, centred, so that places and slices do not depend on the label. Beside the parts
 * that lb_dataset_open() reads, each split has `subject`, int32 (N), the index of the slice's
 * subject in order of first appearance, under LB_PROTOCOL_FAIR `distractor`, uint8 (N,H,W), 1 on
 * the distractors (threshold as for truth), and the attributes first_seed and slices_passed_over;
 * the file has the options as attributes
 * and, for lb_subject_splits_read(), the group `subjects`. The same file for any number of threads;
 * memory does not grow with the number of images. Splits may have 0 images; seeds of two splits
 * must not overlap.
 */
lb_status lb_compose(const lb_compose_options *options, lb_slices *slices,
                     const lb_lesion_library *lesions, const char *path, const lb_context *context,
                     lb_error *err);
/* The subject-wise split that lb_compose() makes, for others that must keep to it. */
lb_status lb_compose_split(uint8_t *out, const lb_compose_options *options, const lb_slices *slices,
                           lb_error *err);
/* The quirks that are on: the protocol's, switched by options->quirks. Those of later steps are
 * recorded in the dataset, which these steps follow. */
lb_status lb_compose_quirks(lb_quirk_set *out, const lb_compose_options *options, lb_error *err);

/* The options that a dataset.h5 was made with, but for the slices' and lesions' files. *quirks,
 * which out->quirks borrows, is the caller's (lb_free). */
lb_status lb_compose_options_read(lb_compose_options *out, char **quirks, const char *path,
                                  lb_error *err);

/* Images one at a time, without a file: training images composed afresh for every epoch. In epoch 0
 * image i is lb_compose()'s; in epoch e > 0 its seed is the first that no split uses, plus (e - 1)
 * x count + i, and its slice is entry e x count + i of the split's order. The slices and lesions
 * stay the caller's and must live as long. One composer serves one thread. */
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
