/* SPDX-License-Identifier: MIT */
/* Affines and voxel sizes of odd NIfTI headers as nibabel reads them (expected_geometry.py). */
#include "io_testing.h"

#include <nifti2_io.h>

#include "expected_geometry.h"
#include "lesionbench/nifti.h"

enum { NX = 3, NY = 2, NZ = 2, ROWS = sizeof HEADERS / sizeof *HEADERS };

#define FILL(header, row, real)                                 \
    do {                                                        \
        (header).dim[0] = 3;                                    \
        (header).dim[1] = NX;                                   \
        (header).dim[2] = NY;                                   \
        (header).dim[3] = NZ;                                   \
        (header).datatype = DT_UINT8;                           \
        (header).bitpix = 8;                                    \
        for (size_t i = 0; i < 4; i++) {                        \
            (header).pixdim[i] = (real)HEADERS[row].pixdim[i];  \
            (header).srow_x[i] = (real)HEADERS[row].srow[0][i]; \
            (header).srow_y[i] = (real)HEADERS[row].srow[1][i]; \
            (header).srow_z[i] = (real)HEADERS[row].srow[2][i]; \
        }                                                       \
        (header).quatern_b = (real)HEADERS[row].quatern[0];     \
        (header).quatern_c = (real)HEADERS[row].quatern[1];     \
        (header).quatern_d = (real)HEADERS[row].quatern[2];     \
        (header).qoffset_x = (real)HEADERS[row].qoffset[0];     \
        (header).qoffset_y = (real)HEADERS[row].qoffset[1];     \
        (header).qoffset_z = (real)HEADERS[row].qoffset[2];     \
        (header).qform_code = (int16_t)HEADERS[row].qform_code; \
        (header).sform_code = (int16_t)HEADERS[row].sform_code; \
        (header).xyzt_units = (char)HEADERS[row].xyzt_units;    \
    } while (0)

static void
write_header(const char *path, size_t row, bool second, bool swapped)
{
    uint8_t bytes[544 + NX * NY * NZ] = {0};
    nifti_1_header first = {.sizeof_hdr = 348, .magic = "n+1", .vox_offset = 352};
    nifti_2_header other = {.sizeof_hdr = 540, .magic = "n+2", .vox_offset = 544};
    memcpy(other.magic + 4, "\r\n\032\n", 4);
    FILL(first, row, float);
    FILL(other, row, double);
    if (swapped) {
        nifti_swap_as_nifti1(&first);
        nifti_swap_as_nifti2(&other);
    }
    memcpy(bytes, second ? (const void *)&other : (const void *)&first,
           second ? sizeof other : sizeof first);
    test_write_bytes(path, bytes, (second ? 544 : 352) + NX * NY * NZ);
}

static void
compare(const lb_volume *volume, size_t row, bool second)
{
    assert_int_equal(volume->placed, HEADERS[row].placed);
    for (size_t i = 0; i < 3; i++) {
        assert_close(volume->spacing[i], HEADERS[row].spacing[second][i], 0, 1e-9);
        for (size_t j = 0; j < 4; j++) {
            assert_close(volume->to_world[i][j], HEADERS[row].affine[second][i][j], 1e-9, 1e-9);
        }
    }
}

static void
headers_are_read_as_nibabel_reads_them(void **state)
{
    char *path = test_path(state, "odd.nii");
    for (size_t k = 0; k < 4 * ROWS; k++) {
        size_t row = k / 4;
        bool second = k % 2 == 1, swapped = k / 2 % 2 == 1;
        lb_error err = {0};
        lb_volume volume = {0};
        print_message("%s%s%s\n", HEADERS[row].name, second ? ", NIfTI-2" : "",
                      swapped ? ", swapped" : "");
        write_header(path, row, second, swapped);
        lb_status status = lb_nifti_read(&volume, path, &err);
        if (HEADERS[row].refused != NULL) {
            assert_int_equal(status, LB_ERROR_FORMAT);
            assert_message(&err, HEADERS[row].refused);
            assert_null(volume.value);
        } else {
            assert_ok(status);
            compare(&volume, row, second);
        }
        lb_volume_release(&volume);
    }
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headers_are_read_as_nibabel_reads_them, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("geometry", tests, NULL, NULL);
}
