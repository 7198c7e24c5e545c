/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <nifti2_io.h>
#include <zlib.h>

#include "lesionbench/nifti.h"

static const char *const COLIN = "/usr/share/mricron/templates/ch2better.nii.gz";

enum { NX = 3, NY = 2, NZ = 2, N = NX * NY * NZ };

static nifti_1_header
first_header(short type, short bits)
{
    nifti_1_header header = {.sizeof_hdr = 348,
                             .dim = {3, NX, NY, NZ, 1, 1, 1, 1},
                             .datatype = type,
                             .bitpix = bits,
                             .pixdim = {1, 2, 3, 4, 1, 1, 1, 1},
                             .vox_offset = 352,
                             .sform_code = 1,
                             .srow_x = {2, 0, 0, -10},
                             .srow_y = {0, 3, 0, -20},
                             .srow_z = {0, 0, 4, -30},
                             .magic = "n+1"};
    return header;
}

/* The header, four zero bytes, the data. */
static char *
write_first(void **state, const nifti_1_header *header, const void *data, size_t size)
{
    uint8_t bytes[352 + 8 * N] = {0};
    char *path = test_path(state, "a.nii");
    memcpy(bytes, header, sizeof *header);
    memcpy(bytes + 352, data, size);
    test_write_bytes(path, bytes, 352 + size);
    return path;
}

/* The reader's answer for this header over 8 N bytes of zeros. */
static lb_status
try_header(void **state, const nifti_1_header *header, lb_error *err)
{
    lb_volume volume = {0};
    const uint8_t zeros[8 * N] = {0};
    char *path = write_first(state, header, zeros, sizeof zeros);
    lb_status status = lb_nifti_read(&volume, path, err);
    lb_volume_release(&volume);
    lb_free(path);
    return status;
}

#define CHECK_TYPE(code, type)                                            \
    do {                                                                  \
        lb_error err = {0};                                               \
        lb_volume volume = {0};                                           \
        type data[N];                                                     \
        for (int i = 0; i < N; i++) {                                     \
            data[i] = (type)(i * 9);                                      \
        }                                                                 \
        for (int swapped = 0; swapped < 2; swapped++) {                   \
            nifti_1_header header = first_header(code, 8 * sizeof(type)); \
            if (swapped) {                                                \
                nifti_swap_as_nifti1(&header);                            \
                if (sizeof(type) > 1) {                                   \
                    nifti_swap_Nbytes(N, sizeof(type), data);             \
                }                                                         \
            }                                                             \
            char *path = write_first(state, &header, data, sizeof data);  \
            assert_ok(lb_nifti_read(&volume, path, &err));                \
            for (int i = 0; i < N; i++) {                                 \
                assert_close(volume.value[i], i * 9, 0, 0);               \
            }                                                             \
            lb_volume_release(&volume);                                   \
            lb_free(path);                                                \
        }                                                                 \
    } while (0)

static void
types_and_byte_orders(void **state)
{
    CHECK_TYPE(DT_UINT8, uint8_t);
    CHECK_TYPE(DT_INT8, int8_t);
    CHECK_TYPE(DT_UINT16, uint16_t);
    CHECK_TYPE(DT_INT16, int16_t);
    CHECK_TYPE(DT_UINT32, uint32_t);
    CHECK_TYPE(DT_INT32, int32_t);
    CHECK_TYPE(DT_UINT64, uint64_t);
    CHECK_TYPE(DT_INT64, int64_t);
    CHECK_TYPE(DT_FLOAT32, float);
    CHECK_TYPE(DT_FLOAT64, double);
}

static void
scaling_and_place(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    float data[N] = {0, 1, -2, NAN, INFINITY};
    nifti_1_header header = first_header(DT_FLOAT32, 32);
    header.scl_slope = 2;
    header.scl_inter = 10;
    char *path = write_first(state, &header, data, sizeof data);
    assert_ok(lb_nifti_read(&volume, path, &err));
    assert_int_equal(volume.nx, NX);
    assert_int_equal(volume.ny, NY);
    assert_int_equal(volume.nz, NZ);
    assert_close(volume.value[1], 12, 0, 0);
    assert_close(volume.value[2], 6, 0, 0);
    assert_close(volume.value[3], 0, 0, 0);
    assert_close(volume.value[4], 0, 0, 0);
    assert_close(volume.spacing[2], 4, 0, 0);
    assert_close(volume.to_world[1][1], 3, 0, 0);
    assert_close(volume.to_world[2][3], -30, 0, 0);
    lb_volume_release(&volume);
    lb_free(path);
    header.scl_slope = 0; /* then neither counts */
    header.sform_code = 0;
    header.qform_code = 1; /* half a turn about z: x and y change sign */
    header.quatern_d = 1;
    header.qoffset_x = 7;
    path = write_first(state, &header, data, sizeof data);
    assert_ok(lb_nifti_read(&volume, path, &err));
    assert_close(volume.value[1], 1, 0, 0);
    assert_close(volume.to_world[0][0], -2, 1e-6, 0);
    assert_close(volume.to_world[2][2], 4, 1e-6, 0);
    assert_close(volume.to_world[0][3], 7, 0, 0);
    lb_volume_release(&volume);
    lb_free(path);
}

static void
second_version(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    nifti_2_header header = {.sizeof_hdr = 540,
                             .magic = "n+2",
                             .datatype = DT_UINT8,
                             .bitpix = 8,
                             .dim = {3, NX, NY, NZ, 1, 1, 1, 1},
                             .pixdim = {1, 2, 3, 4, 1, 1, 1, 1},
                             .vox_offset = 544};
    memcpy(header.magic + 4, "\r\n\032\n", 4);
    uint8_t bytes[544 + N] = {0};
    memcpy(bytes, &header, sizeof header);
    bytes[544 + 5] = 77;
    char *path = test_path(state, "b.nii");
    test_write_bytes(path, bytes, sizeof bytes);
    assert_ok(lb_nifti_read(&volume, path, &err));
    assert_close(volume.value[5], 77, 0, 0);
    assert_close(volume.spacing[1], 3, 0, 0);
    lb_volume_release(&volume);
    test_write_bytes(path, bytes, sizeof bytes - 1);
    assert_int_equal(lb_nifti_read(&volume, path, &err), LB_ERROR_FORMAT);
    lb_free(path);
}

static void
impossible_headers(void **state)
{
    lb_error err = {0};
    nifti_1_header good = first_header(DT_UINT8, 8), bad = good;
    assert_ok(try_header(state, &good, &err));
    bad.dim[2] = -5;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "a.nii: the NIfTI file is damaged");
    bad = good;
    bad.dim[1] = bad.dim[2] = bad.dim[3] = 1000;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "claims 1000000000 bytes");
    bad.dim[1] = bad.dim[2] = bad.dim[3] = 32767;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "35181150961663 voxels is too large");
    bad = good;
    bad.dim[0] = 4;
    bad.dim[4] = 9;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "claims 108 bytes");
    bad.dim[4] = 2;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "more than one volume (axis 4 has 2)");
    bad.dim[0] = 5;
    bad.dim[5] = 3;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "more than 4 axes (axis 5 has 3)");
    bad = good;
    bad.dim[0] = 2;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "is not a volume");
    bad = good;
    bad.datatype = DT_RGB24;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "type 128 (RGB24)");
    bad = good;
    bad.vox_offset = -1e30F;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    bad = good;
    bad.magic[1] = 'i';
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "a.nii: its header says that its voxels are in another file (.img)");
    for (int offset = 0; offset < 352; offset += 348) { /* where programs begin elsewhere */
        bad = good;
        bad.vox_offset = (float)offset;
        assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
        assert_message(&err, "inside the header (352 at least)");
    }
    bad = good;
    bad.scl_slope = 2;
    bad.scl_inter = NAN;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "scl_inter is not finite though scl_slope is 2");
    bad.scl_slope = INFINITY; /* is none, and nor is the intercept */
    assert_ok(try_header(state, &bad, &err));
    bad = good;
    memset(bad.magic, 0, sizeof bad.magic);
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "is an ANALYZE file");
    bad = good;
    bad.sizeof_hdr = 77;
    assert_int_equal(try_header(state, &bad, &err), LB_ERROR_FORMAT);
    assert_message(&err, "is not a NIfTI file");
}

/* A gzipped volume is refused when cut anywhere, or when its checksum does not hold. */
static void
damaged_files(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    uint8_t bytes[352 + N] = {0};
    nifti_1_header header = first_header(DT_UINT8, 8);
    char *path = test_path(state, "a.nii.gz"), *cut = test_path(state, "b.nii.gz");
    memcpy(bytes, &header, sizeof header);
    gzFile stream = gzopen(path, "wb");
    assert_int_equal(gzwrite(stream, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(gzclose(stream), Z_OK);
    assert_ok(lb_nifti_read(&volume, path, &err));
    lb_volume_release(&volume);
    size_t size = test_file_size(path);
    for (size_t keep = 0; keep < size; keep++) {
        test_copy_damaged(path, cut, keep, SIZE_MAX);
        if (lb_nifti_read(&volume, cut, &err) != LB_ERROR_FORMAT) {
            fail_msg("%zu of %zu bytes are taken for a volume", keep, size);
        }
    }
    test_copy_damaged(path, cut, size, size - 6);
    assert_int_equal(lb_nifti_read(&volume, cut, &err), LB_ERROR_FORMAT);
    assert_int_equal(lb_nifti_read(&volume, "/nowhere.nii", &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere.nii: No such file or directory");
    assert_null(volume.value);
    lb_free(cut);
    lb_free(path);
}

/* The header, four zero bytes, then so many bytes of 1, 2, 3, ..., gzipped. */
static char *
write_gzipped(void **state, const nifti_1_header *header, size_t size)
{
    char *path = test_path(state, "c.nii.gz");
    const uint8_t gap[352 - sizeof *header] = {0};
    gzFile stream = gzopen(path, "wb");
    assert_non_null(stream);
    gzwrite(stream, header, sizeof *header);
    gzwrite(stream, gap, sizeof gap);
    for (size_t i = 0; i < size; i++) {
        gzputc(stream, (int)(i + 1) & 0xFF);
    }
    assert_int_equal(gzclose(stream), Z_OK);
    return path;
}

/* A file may be padded, but is not unpacked for ever. */
static void
more_than_claimed(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    nifti_1_header header = first_header(DT_UINT8, 8);
    char *path = write_gzipped(state, &header, N + 4096);
    assert_ok(lb_nifti_read(&volume, path, &err));
    lb_volume_release(&volume);
    lb_free(path);
    path = write_gzipped(state, &header, N + (4 << 20));
    assert_int_equal(lb_nifti_read(&volume, path, &err), LB_ERROR_FORMAT);
    assert_message(&err, "c.nii.gz: the NIfTI file is damaged: it goes on");
    lb_free(path);
}

static void
several_volumes(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    nifti_1_header header = first_header(DT_UINT8, 8);
    header.dim[0] = 4;
    header.dim[4] = 3;
    char *path = write_gzipped(state, &header, 3 * N);
    assert_int_equal(lb_nifti_read(&volume, path, &err), LB_ERROR_UNSUPPORTED);
    assert_ok(lb_nifti_read_header(&volume, path, &err));
    assert_int_equal(volume.volumes, 3);
    assert_null(volume.value);
    for (size_t index = 0; index < 3; index++) {
        assert_ok(lb_nifti_read_nth(&volume, path, index, &err));
        assert_close(volume.value[0], 1 + index * N, 0, 0);
        assert_close(volume.value[N - 1], (index + 1) * N, 0, 0);
        lb_volume_release(&volume);
    }
    assert_int_equal(lb_nifti_read_nth(&volume, path, 3, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "has 3 volumes, counted from 0, but not 3");
    lb_free(path);
    path = write_gzipped(state, &header, 3 * N - 1); /* the last one is short of a voxel */
    assert_int_equal(lb_nifti_read_nth(&volume, path, 0, &err), LB_ERROR_FORMAT);
    lb_free(path);
}

static void
masks(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    uint8_t *mask = NULL;
    const float data[N] = {0, 1, 0.5F, 0.49F, -3, 255, NAN};
    const uint8_t expected[N] = {0, 1, 1, 0, 0, 1, 0};
    nifti_1_header header = first_header(DT_FLOAT32, 32);
    char *path = write_first(state, &header, data, sizeof data);
    assert_ok(lb_nifti_read_mask(&mask, &volume, path, &err));
    assert_memory_equal(mask, expected, N);
    assert_int_equal(volume.nx, NX);
    assert_true(volume.placed);
    lb_free(mask);
    lb_free(path);
    header.sform_code = 0;
    path = write_first(state, &header, data, sizeof data);
    assert_ok(lb_nifti_read_header(&volume, path, &err));
    assert_false(volume.placed);
    lb_free(path);
}

/* A header and its voxels in two files, named by either. */
static void
pairs(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    nifti_1_header header = first_header(DT_INT16, 16);
    int16_t data[N];
    for (int i = 0; i < N; i++) {
        data[i] = (int16_t)(300 * i);
    }
    memcpy(header.magic, "ni1", 4);
    header.vox_offset = 0;
    char *first = test_path(state, "p.hdr"), *second = test_path(state, "p.img");
    test_write_bytes(first, &header, sizeof header);
    assert_int_equal(lb_nifti_read_header(&volume, first, &err), LB_ERROR_IO);
    assert_message(&err, "p.hdr: the file of its voxels");
    test_write_bytes(second, data, sizeof data);
    const char *const names[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(lb_nifti_read(&volume, names[i], &err));
        assert_close(volume.value[N - 1], 300 * (N - 1), 0, 0);
        lb_volume_release(&volume);
    }
    test_write_bytes(second, data, sizeof data - 1);
    assert_int_equal(lb_nifti_read(&volume, first, &err), LB_ERROR_FORMAT);
    assert_int_equal(unlink(first), 0);
    assert_int_equal(lb_nifti_read(&volume, second, &err), LB_ERROR_IO);
    assert_message(&err, "p.img: its header (.hdr) is not beside it");
    lb_free(second);
    lb_free(first);
}

static void
write_uniform(const char *path, uint8_t value)
{
    uint8_t data[N];
    memset(data, value, sizeof data);
    gzFile stream = gzopen(path, strstr(path, ".gz") != NULL ? "wb" : "wbT");
    assert_non_null(stream);
    assert_int_equal(gzwrite(stream, data, sizeof data), sizeof data);
    assert_int_equal(gzclose(stream), Z_OK);
}

static void
assert_uniform(const char *path, double value)
{
    lb_error err = {0};
    lb_volume volume = {0};
    assert_ok(lb_nifti_read(&volume, path, &err));
    for (size_t i = 0; i < N; i++) {
        assert_close(volume.value[i], value, 0, 0);
    }
    lb_volume_release(&volume);
}

/* Of a plain and a gzipped .img, and of a single file beside them, the named one is read. */
static void
named_files_of_pairs(void **state)
{
    lb_error err = {0};
    lb_volume volume = {0};
    nifti_1_header header = first_header(DT_UINT8, 8);
    memcpy(header.magic, "ni1", 4);
    header.vox_offset = 0;
    char *plain = test_path(state, "p.img"), *packed = test_path(state, "p.img.gz");
    char *first = test_path(state, "p.hdr"), *second = test_path(state, "p.hdr.gz");
    char *single = test_path(state, "p.nii");
    write_uniform(plain, 3);
    write_uniform(packed, 5);
    test_write_bytes(first, &header, sizeof header);
    assert_uniform(plain, 3);
    assert_uniform(packed, 5);
    assert_uniform(first, 3);
    header.scl_slope = 10; /* another header, of the gzipped file */
    gzFile stream = gzopen(second, "wb");
    assert_int_equal(gzwrite(stream, &header, sizeof header), sizeof header);
    assert_int_equal(gzclose(stream), Z_OK);
    assert_uniform(plain, 3);
    assert_uniform(packed, 50);
    assert_uniform(second, 50);
    assert_int_equal(unlink(first), 0);
    assert_uniform(plain, 30);
    test_write_bytes(single, &header, sizeof header);
    assert_int_equal(lb_nifti_read(&volume, single, &err), LB_ERROR_FORMAT);
    assert_message(&err, "p.nii: its header says that its voxels are in another file");
    uint8_t bytes[352 + N] = {0}; /* a header with voxels of its own, under the name of a pair */
    header = first_header(DT_UINT8, 8);
    memcpy(bytes, &header, sizeof header);
    test_write_bytes(first, bytes, sizeof bytes);
    assert_int_equal(lb_nifti_read(&volume, plain, &err), LB_ERROR_FORMAT);
    assert_message(&err, "says that the voxels follow it in the same file");
    char *const names[] = {single, second, first, packed, plain};
    for (size_t i = 0; i < 5; i++) {
        lb_free(names[i]);
    }
}

/* Figures read with nibabel. */
static void
real_scan(void **state)
{
    skip_without(COLIN);
    lb_error err = {0};
    lb_volume volume = {0};
    assert_ok(lb_nifti_read(&volume, COLIN, &err));
    assert_int_equal(volume.nx, 301);
    assert_int_equal(volume.ny, 370);
    assert_int_equal(volume.nz, 316);
    double sum = 0;
    for (size_t i = 0; i < volume.nx * volume.ny * volume.nz; i++) {
        sum += (double)volume.value[i];
    }
    assert_close(sum, 1222013263.0, 0, 0);
    assert_close(volume.value[(160 * volume.ny + 200) * volume.nx + 150], 59, 0, 0);
    assert_close(volume.to_world[0][0], 0.5, 0, 0);
    assert_close(volume.to_world[1][3], -107, 0, 0);
    lb_volume_release(&volume);
    char *cut = test_path(state, "cut.nii.gz");
    test_copy_damaged(COLIN, cut, test_file_size(COLIN) / 5 * 3, SIZE_MAX);
    assert_int_equal(lb_nifti_read(&volume, cut, &err), LB_ERROR_FORMAT);
    assert_message(&err, "cut.nii.gz: the NIfTI file is damaged or truncated");
    lb_free(cut);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(types_and_byte_orders, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(scaling_and_place, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(second_version, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(impossible_headers, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(damaged_files, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(more_than_claimed, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(several_volumes, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(masks, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(pairs, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(named_files_of_pairs, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(real_scan, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("nifti", tests, NULL, NULL);
}
