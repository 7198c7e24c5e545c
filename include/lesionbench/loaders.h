/* SPDX-License-Identifier: MIT */
/* Where training and prediction get their images from. Release each with lb_loader_release(); what
 * a source was made from must stay open until then. */
#ifndef LESIONBENCH_SOURCES_H
#define LESIONBENCH_SOURCES_H

#include "lesionbench/array.h"
#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/slices.h"
#include "lesionbench/training.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A split of dataset.h5, read image by image. */
lb_status lb_loader_dataset(lb_image_loader *out, lb_dataset *dataset, lb_split split,
                            lb_error *err);
/* Training images composed afresh for every epoch, as lb_composer_make() says; in epoch 0 they are
 * those of the dataset that lb_compose() makes. */
lb_status lb_loader_fresh(lb_image_loader *out, const lb_compose_options *options,
                          lb_slices *slices, const lb_lesion_library *lesions, lb_error *err);
/* Slices of the subjects of one split (as lb_compose_split() gives it), labelled by sex, prepared
 * as lb_compose() prepares its backgrounds: rescaled to [0, brain_intensity], resized on the same
 * grid. Slices of unknown sex are left out. Held in memory: 4 x size^2 bytes an image. */
lb_status lb_loader_sex(lb_image_loader *out, lb_slices *slices, const uint8_t *split_of_subject,
                        lb_split split, size_t size, double brain_intensity,
                        const lb_context *context, lb_error *err);
/* Labelled grey images of an IDX pair, in [0, 1], resized to size x size. Of `limit` images (0
 * all), drawn by seed, one in ten is for validation. */
lb_status lb_loader_idx(lb_image_loader *train, lb_image_loader *validation, const char *images,
                        const char *labels, size_t limit, size_t size, uint64_t seed,
                        lb_error *err);
/* Labelled pictures of a folder (PNG, JPEG; raster.h says how they are read) as RGB, the centre
 * square of each resized to size x size (fit.h), drawn as for IDX. labels NULL: a class is a folder
 * in it, as for torchvision's ImageFolder: in byte order of their names, names that begin with a
 * dot left out; else a CSV file with the columns `file`, within the folder, and `label`: the
 * class's number where all are, else its name, in byte order. 2 to 256 classes. Pictures are read
 * when they are asked for, so that memory holds a batch and the names. */
lb_status lb_loader_folder(lb_image_loader *train, lb_image_loader *validation, const char *folder,
                           const char *labels, size_t limit, size_t size, uint64_t seed,
                           lb_error *err);
/* How an array of three axes is read where it can mean two things. */
typedef enum lb_layout {
    LB_LAYOUT_UNSAID,
    LB_LAYOUT_NHW, /* grey images */
    LB_LAYOUT_CHW  /* the channels of one image */
} lb_layout;
/* "nhw" or "chw"; NULL: LB_LAYOUT_UNSAID. */
lb_status lb_layout_parse(lb_layout *out, const char *text, lb_error *err);
/* Images (N, 3, H, W), (N, 1, H, W) or (N, H, W) of an .npy file. Labels are 0. Real numbers are
 * taken as they are, with a note to the context where the first images look like 0 to 255; uint8
 * are divided by 255, which is a note as well; other whole numbers are LB_ERROR_FORMAT, and so is a
 * shape that can mean two things: (3, H, W) and (H, W, 3) where the layout is unsaid, and channels
 * that are last. */
lb_status lb_loader_npy(lb_image_loader *out, const char *path, lb_layout layout,
                        const lb_context *context, lb_error *err);
/* A note where the first images of a source have values that look like 0 to 255. */
lb_status lb_loader_check_range(const lb_image_loader *source, const char *name,
                                const lb_context *context, lb_error *err);
void lb_loader_release(lb_image_loader *source);

/* 1 + the greatest label. */
size_t lb_loader_classes(const lb_image_loader *source);

#ifdef __cplusplus
}
#endif

#endif
