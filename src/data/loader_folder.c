/* SPDX-License-Identifier: MIT */
/* Pictures of a folder, read when they are asked for. */
#include <omp.h>
#include <string.h>

#include "lesionbench/image_list.h"
#include "lesionbench/image_reader.h"
#include "lesionbench/loaders.h"
#include "lesionbench/resize_crop.h"
#include "loader_draw.h"

typedef struct folder_data {
    image_list images;
    size_t side;
} folder_data;

static void
release_folder(void *data)
{
    folder_data *folder = data;
    if (folder != NULL) {
        image_list_release(&folder->images);
        lb_free(folder);
    }
}

static lb_status
read_picture(float *out, const char *path, size_t side, lb_error *err)
{
    lb_status status = LB_OK;
    lb_image_reader *reader = NULL;
    lb_resize_crop *fit = NULL;
    float *row = NULL;
    LB_TRY(lb_image_reader_open(&reader, path, err));
    size_t height = lb_image_reader_height(reader), width = lb_image_reader_width(reader);
    LB_TRY(lb_resize_crop_create(&fit, height, width, LB_IMAGE_CHANNELS, side, err));
    LB_ALLOC(row, width * LB_IMAGE_CHANNELS);
    for (size_t y = 0; y < height; y++) {
        LB_TRY(lb_image_reader_read(row, reader, err));
        lb_resize_crop_row(fit, row);
    }
    lb_resize_crop_take(out, fit);
cleanup:
    lb_free(row);
    lb_resize_crop_free(fit);
    lb_image_reader_close(reader);
    return status;
}

/* The error is that of the first image that has one, whatever the threads. */
static lb_status
read_pictures(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const folder_data *folder = data;
    size_t size = LB_IMAGE_CHANNELS * folder->side * folder->side, failed = n;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < n; i++) {
        lb_error own;
        if (read_picture(out + i * size, folder->images.paths[index[i]], folder->side, &own) !=
            LB_OK) {
#pragma omp critical(lb_loader_folder)
            if (i < failed) {
                failed = i;
                *err = own;
            }
        }
    }
    return failed == n ? LB_OK : err->code;
}

/* A source of the images of these indices, whose paths it takes over. */
static lb_status
take_images(lb_image_loader *out, image_list *from, const size_t *chosen, size_t count, size_t side,
            lb_error *err)
{
    lb_status status = LB_OK;
    folder_data *data = NULL;
    LB_ALLOC(data, 1);
    data->side = side;
    LB_ALLOC(data->images.paths, count);
    LB_ALLOC(data->images.labels, count);
    for (size_t i = 0; i < count; i++) {
        data->images.paths[i] = from->paths[chosen[i]];
        data->images.labels[i] = from->labels[chosen[i]];
        from->paths[chosen[i]] = NULL;
    }
    data->images.count = count;
    *out = (lb_image_loader){.count = count,
                             .channels = LB_IMAGE_CHANNELS,
                             .height = side,
                             .width = side,
                             .labels = data->images.labels,
                             .data = data,
                             .read = read_pictures,
                             .release = release_folder};
    data = NULL;
cleanup:
    release_folder(data);
    return status;
}

lb_status
lb_loader_folder(lb_image_loader *train, lb_image_loader *validation, const char *folder,
                 const char *labels, size_t limit, size_t size, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    image_list images = {0};
    loader_draw draw = {0};
    lb_image_loader first = {0}, second = {0};
    LB_TRY(image_list_read(&images, folder, labels, err));
    LB_TRY(image_list_unite(&images, err));
    LB_TRY(loader_draw_init(&draw, images.count, limit, seed, folder, err));
    LB_TRY(take_images(&first, &images, draw.order + draw.validation, draw.train, size, err));
    LB_TRY(take_images(&second, &images, draw.order, draw.validation, size, err));
    *train = first;
    *validation = second;
    first = second = (lb_image_loader){0};
cleanup:
    lb_loader_release(&first);
    lb_loader_release(&second);
    loader_draw_release(&draw);
    image_list_release(&images);
    return status;
}
