/* SPDX-License-Identifier: MIT */
/* The tables of settings. Ranges keep out what cannot work; what is wise is the user's to say. */
#include "lesionbench/settings.h"

#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/lesions.h"
#include "lesionbench/slices.h"
#include "lesionbench/training.h"

#define ROW LB_SETTING_ROW
#define CHOICE LB_SETTING_CHOICE_ROW

#define MAX_U32 4294967295.0
#define MAX_U64 0x1p64

const char *const lb_architecture_names[] = {"vgg11", "vgg13", "vgg16", "vgg19", NULL};

#define COHORT(member, kind, min, max, help) \
    ROW(lb_cohort_options, member, #member, kind, min, max, help)

static const lb_setting cohort_rows[] = {
    ROW(lb_cohort_options, template_path, "template", LB_SETTING_TEXT, 0, 0,
        "skull-stripped T1 volume (NIfTI) that every subject is made from"),
    COHORT(subjects, LB_SETTING_SIZE, 1, 65535, "subjects to simulate"),
    COHORT(slices_per_subject, LB_SETTING_SIZE, 1, 1000, "axial slices of each"),
    COHORT(height, LB_SETTING_SIZE, 16, 4096, "rows of a slice"),
    COHORT(width, LB_SETTING_SIZE, 16, 4096, "columns of a slice"),
    COHORT(voxel, LB_SETTING_REAL, 0.1, 10, "side of a pixel in mm"),
    COHORT(thickness, LB_SETTING_REAL, 0, 10, "of a slice in mm; 0 as thick as a pixel is wide"),
    COHORT(minimum_brain, LB_SETTING_REAL, 0, 0.9, "least share of brain pixels in a slice"),
    COHORT(volume_difference, LB_SETTING_REAL, 0, 1,
           "men's mean brain volume over women's, less 1"),
    COHORT(volume_deviation, LB_SETTING_REAL, 0, 0.2,
           "standard deviation of the volume within a sex, over its mean"),
    COHORT(shape_difference, LB_SETTING_REAL, 0, 2,
           "between the sexes' mean shapes, in standard deviations of the coarsest deformation"),
    COHORT(deformation, LB_SETTING_REAL, 0, 20,
           "standard deviation of the displacement of whole lobes, along each axis in mm"),
    COHORT(cortex, LB_SETTING_REAL, 0, 10,
           "standard deviation of the displacement of single folds, along each axis in mm"),
    COHORT(fluid, LB_SETTING_REAL, 0, 0.7,
           "intensity of fluid over white matter's; 0 leaves it outside the brain"),
    COHORT(contrast, LB_SETTING_REAL, 0, 0.2,
           "standard deviation of grey matter's and fluid's intensity over white matter's"),
    COHORT(bias, LB_SETTING_REAL, 0, 0.5, "standard deviation of the logarithm of the bias field"),
    COHORT(noise, LB_SETTING_REAL, 0, 0.5,
           "greatest standard deviation of the Rician noise, over white matter's intensity"),
    CHOICE(lb_cohort_options, background, "background", LB_BACKGROUNDS,
           "what fills the brains: their anatomy, or 1/f noise in their outline"),
    COHORT(seed, LB_SETTING_U64, 0, MAX_U64, "of the cohort"),
};

lb_setting_table
lb_cohort_settings(void)
{
    return LB_SETTING_TABLE(cohort_rows);
}

#define LESION(member, kind, min, max, help) \
    ROW(lb_lesion_options, member, #member, kind, min, max, help)

static const lb_setting lesion_rows[] = {
    LESION(count, LB_SETTING_SIZE, 5, 100000, "lesions of each class"),
    LESION(distractors, LB_SETTING_SIZE, 0, 100000, "lesions of a third shape, for protocol fair"),
    LESION(area, LB_SETTING_SIZE, 10, 1000, "pixels of a lesion before enlarging"),
    LESION(scale, LB_SETTING_SIZE, 1, 16, "enlargement of both sides"),
    LESION(round_above, LB_SETTING_REAL, 0.01, 2, "compactness of round lesions is above"),
    LESION(irregular_below, LB_SETTING_REAL, 0.01, 2, "compactness of irregular lesions is below"),
    LESION(distractor_above, LB_SETTING_REAL, 0.01, 2, "compactness of distractors is above"),
    LESION(distractor_below, LB_SETTING_REAL, 0.01, 2, "... and below"),
    LESION(noise_sigma, LB_SETTING_REAL, 0.5, 16, "smoothing of the noise, and so of outlines"),
    LESION(edge_sigma, LB_SETTING_REAL, 0, 4, "softness of the edge, in pixels before enlarging"),
    LESION(matched, LB_SETTING_FLAG, 0, 0, "give all lesions the same histogram of mask values"),
    LESION(seed, LB_SETTING_U32, 0, MAX_U32, "of the first noise field"),
    LESION(max_fields, LB_SETTING_U32, 1, MAX_U32, "give up after so many noise fields"),
};

lb_setting_table
lb_lesion_settings(void)
{
    return LB_SETTING_TABLE(lesion_rows);
}

#define COMPOSE(member, kind, min, max, help) \
    ROW(lb_compose_options, member, #member, kind, min, max, help)

static const lb_setting compose_rows[] = {
    ROW(lb_compose_options, images[LB_TRAIN], "train", LB_SETTING_SIZE, 1, 1e7, "training images"),
    ROW(lb_compose_options, images[LB_VALIDATION], "validation", LB_SETTING_SIZE, 1, 1e7,
        "validation images"),
    ROW(lb_compose_options, images[LB_HOLDOUT], "holdout", LB_SETTING_SIZE, 1, 1e7,
        "holdout images"),
    ROW(lb_compose_options, first_seed[LB_TRAIN], "train_first_seed", LB_SETTING_U32, 0, MAX_U32,
        "seed of the first training image"),
    ROW(lb_compose_options, first_seed[LB_VALIDATION], "validation_first_seed", LB_SETTING_U32, 0,
        MAX_U32, "seed of the first validation image"),
    ROW(lb_compose_options, first_seed[LB_HOLDOUT], "holdout_first_seed", LB_SETTING_U32, 0,
        MAX_U32, "seed of the first holdout image"),
    COMPOSE(size, LB_SETTING_SIZE, 32, 1024, "side of the square images"),
    CHOICE(lb_compose_options, protocol, "protocol", LB_PROTOCOLS,
           "the study corrected, as published, or with distractors in both classes"),
    COMPOSE(quirks, LB_SETTING_LIST, 0, 0,
            "defects of the study to switch upon the protocol's own, each NAME or NAME=on|off"),
    COMPOSE(brain_intensity, LB_SETTING_REAL, 0.01, 1, "slices are rescaled to [0, this]"),
    COMPOSE(lesion_intensity, LB_SETTING_REAL, 0.01, 1, "lesions are rescaled to [0, this]"),
    COMPOSE(truth_threshold, LB_SETTING_REAL, 0, 1,
            "a true pixel has at least this share of its lesion's peak"),
    COMPOSE(minimum_lesions, LB_SETTING_SIZE, 1, 32, "min number of lesions in an image"),
    COMPOSE(maximum_lesions, LB_SETTING_SIZE, 1, 32, "max number of lesions in an image"),
    COMPOSE(distractors, LB_SETTING_SIZE, 0, 8, "distractors for each lesion (protocol fair)"),
    COMPOSE(plain_share, LB_SETTING_REAL, 0, 1,
            "of the training images without distractors, to learn shapes from (protocol fair)"),
    CHOICE(lb_compose_options, polarity, "polarity", LB_POLARITIES,
           "of lesions against the tissue"),
    CHOICE(lb_compose_options, label_by, "label_by", LB_LABEL_RULES,
           "property of the lesions that the label stands for"),
    COMPOSE(seed, LB_SETTING_U64, 0, MAX_U64, "of subjects to splits and slices to images"),
};

lb_setting_table
lb_compose_settings(void)
{
    return LB_SETTING_TABLE(compose_rows);
}

#define TRAINING(member, kind, min, max, help) \
    ROW(lb_training_options, member, #member, kind, min, max, help)

static const lb_setting training_rows[] = {
    TRAINING(optimizer, LB_SETTING_OPTIMIZER, 0, 0, "sgd, adam or adamw"),
    TRAINING(learning_rate, LB_SETTING_REAL, 1e-9, 100, "at the start"),
    TRAINING(momentum, LB_SETTING_REAL, 0, 0.9999, "of sgd"),
    TRAINING(weight_decay, LB_SETTING_REAL, 0, 1, "of any optimizer"),
    TRAINING(batch, LB_SETTING_SIZE, 1, 65536, "images in a batch"),
    TRAINING(epochs, LB_SETTING_SIZE, 1, 100000, "at most"),
    TRAINING(warmup_epochs, LB_SETTING_SIZE, 0, 1000,
             "the learning rate grows to its start over so many epochs"),
    CHOICE(lb_training_options, schedule, "schedule", lb_schedule_names, "of the learning rate"),
    TRAINING(step_epochs, LB_SETTING_SIZE, 0, 100000,
             "step: the learning rate changes every so many epochs; 0 never"),
    TRAINING(step_factor, LB_SETTING_REAL, 1e-9, 1, "... by this factor"),
    TRAINING(dropout, LB_SETTING_REAL, 0, 0.99, "of the two hidden dense layers"),
    TRAINING(class_weights, LB_SETTING_LIST, 0, 0,
             "of the loss, one number for each class, or balanced: rarer classes count more"),
    TRAINING(flip, LB_SETTING_FLAG, 0, 0,
             "mirror training images left to right, each with probability 0.5"),
    TRAINING(rotation, LB_SETTING_REAL, 0, 180,
             "turn training images by up to so many degrees; 0 outside them"),
    TRAINING(permute_labels, LB_SETTING_FLAG, 0, 0,
             "a control: training images have each other's labels, validation images their own"),
    TRAINING(maximum_gap, LB_SETTING_REAL, 0, 1,
             "keep only epochs whose accuracies on validation and training data differ by less"),
    TRAINING(stop_change, LB_SETTING_REAL, 0, 1,
             "stop when validation accuracy changes by less, three times over; 0 never"),
    CHOICE(lb_training_options, compute.convolution, "convolution", lb_convolution_names,
           "algorithm: the fastest, or the direct one"),
    CHOICE(lb_training_options, compute.precision, "precision", lb_precision_names,
           "of convolutions' operands; bf16 needs AVX-512"),
    TRAINING(seed, LB_SETTING_U64, 0, MAX_U64,
             "of new weights, order of images, flips and turns, dropout, and permuted labels"),
};

lb_setting_table
lb_training_settings(void)
{
    return LB_SETTING_TABLE(training_rows);
}
