/* SPDX-License-Identifier: MIT */
/* Image loaders: sources of images for training and prediction, as PyTorch's Dataset. Release each
 * with lb_loader_release(). What a loader was made from must stay open until then. */
#ifndef LESIONBENCH_LOADERS_H
#define LESIONBENCH_LOADERS_H

#include "lesionbench/array.h"
#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/slices.h"
#include "lesionbench/training.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loads a split of dataset.h5, image by image. */
lb_status lb_loader_dataset(lb_image_loader *out, lb_dataset *dataset, lb_split split,
                            lb_error *err);
/* Composes new training images for every epoch, see lb_composer_make(). In epoch 0 they are those
 * of lb_compose(). */
lb_status lb_loader_fresh(lb_image_loader *out, const lb_compose_options *options,
                          lb_slices *slices, const lb_lesion_library *lesions, lb_error *err);
/* Loads slices of the subjects of one split (as from lb_compose_split()), labelled by sex. They are
 * prepared as lb_compose() prepares backgrounds: rescaled to [0, brain_intensity] and resized to
 * size x size. Slices of unknown sex are left out. All images are in memory: 4 x size^2 bytes an
 * image. */
lb_status lb_loader_sex(lb_image_loader *out, lb_slices *slices, const uint8_t *split_of_subject,
                        lb_split split, size_t size, double brain_intensity,
                        const lb_context *context, lb_error *err);
/* Loads labelled grey images of an IDX pair, in [0, 1], resized to size x size. `limit` images (0:
 * all) are drawn by seed; every tenth is for validation. */
lb_status lb_loader_idx(lb_image_loader *train, lb_image_loader *validation, const char *images,
                        const char *labels, size_t limit, size_t size, uint64_t seed,
                        lb_error *err);
/* Loads labelled images of a folder (PNG, JPEG, see image_reader.h) as RGB. The centre square of
 * each is resized to size x size (resize_crop.h). Drawn as for IDX. labels NULL: each folder in it
 * is a class, as in torchvision's ImageFolder, in byte order of their names; names that begin with
 * a dot are skipped. Else labels is a CSV file with the columns `file`, a path in the folder, and
 * `label`, a class: its number if all are numbers, else its name, in byte order. 2 to 256 classes.
 * Images are read on demand, so memory holds one batch and the names. */
lb_status lb_loader_folder(lb_image_loader *train, lb_image_loader *validation, const char *folder,
                           const char *labels, size_t limit, size_t size, uint64_t seed,
                           lb_error *err);
/* How to read an array of three axes if its shape is ambiguous. */
typedef enum lb_layout {
    LB_LAYOUT_UNSAID,
    LB_LAYOUT_NHW, /* grey images */
    LB_LAYOUT_CHW  /* the channels of one image */
} lb_layout;
/* "nhw" or "chw"; NULL: LB_LAYOUT_UNSAID. */
lb_status lb_layout_parse(lb_layout *out, const char *text, lb_error *err);
/* Loads images (N, 3, H, W), (N, 1, H, W) or (N, H, W) of an .npy file. Labels are 0. Real numbers
 * are used as they are, with a note to the context if the first images look like 0 to 255. uint8
 * values are divided by 255, with a note. LB_ERROR_FORMAT for other integers, for channels in the
 * last axis, and for an ambiguous shape, (3, H, W) or (H, W, 3), without a layout. */
lb_status lb_loader_npy(lb_image_loader *out, const char *path, lb_layout layout,
                        const lb_context *context, lb_error *err);
/* Writes a note if the first images of a loader have values that look like 0 to 255. */
lb_status lb_loader_check_range(const lb_image_loader *source, const char *name,
                                const lb_context *context, lb_error *err);
void lb_loader_release(lb_image_loader *source);

/* The number of classes: 1 + the maximum label. */
size_t lb_loader_classes(const lb_image_loader *source);

#ifdef __cplusplus
}
#endif

#endif
