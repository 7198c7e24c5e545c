/* SPDX-License-Identifier: MIT */
/* Pictures of a folder, read when they are asked for. */
#include <omp.h>
#include <string.h>

#include "image_list.h"
#include "lesionbench/fit.h"
#include "lesionbench/raster.h"
#include "lesionbench/sources.h"
#include "source_draw.h"

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
    lb_raster *raster = NULL;
    lb_fit *fit = NULL;
    float *row = NULL;
    LB_TRY(lb_raster_open(&raster, path, err));
    size_t height = lb_raster_height(raster), width = lb_raster_width(raster);
    LB_TRY(lb_fit_create(&fit, height, width, LB_RASTER_CHANNELS, side, err));
    LB_ALLOC(row, width * LB_RASTER_CHANNELS);
    for (size_t y = 0; y < height; y++) {
        LB_TRY(lb_raster_read(row, raster, err));
        lb_fit_row(fit, row);
    }
    lb_fit_take(out, fit);
cleanup:
    lb_free(row);
    lb_fit_free(fit);
    lb_raster_close(raster);
    return status;
}

/* The error is that of the first image that has one, whatever the threads. */
static lb_status
read_pictures(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const folder_data *folder = data;
    size_t size = LB_RASTER_CHANNELS * folder->side * folder->side, failed = n;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < n; i++) {
        lb_error own;
        if (read_picture(out + i * size, folder->images.paths[index[i]], folder->side, &own) !=
            LB_OK) {
#pragma omp critical(lb_source_folder)
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
take_images(lb_image_source *out, image_list *from, const size_t *chosen, size_t count, size_t side,
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
    *out = (lb_image_source){.count = count,
                             .channels = LB_RASTER_CHANNELS,
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
lb_source_folder(lb_image_source *train, lb_image_source *validation, const char *folder,
                 const char *labels, size_t limit, size_t size, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    image_list images = {0};
    source_draw draw = {0};
    lb_image_source first = {0}, second = {0};
    LB_TRY(image_list_read(&images, folder, labels, err));
    LB_TRY(image_list_unite(&images, err));
    LB_TRY(source_draw_init(&draw, images.count, limit, seed, folder, err));
    LB_TRY(take_images(&first, &images, draw.order + draw.validation, draw.train, size, err));
    LB_TRY(take_images(&second, &images, draw.order, draw.validation, size, err));
    *train = first;
    *validation = second;
    first = second = (lb_image_source){0};
cleanup:
    lb_source_release(&first);
    lb_source_release(&second);
    source_draw_release(&draw);
    image_list_release(&images);
    return status;
}
