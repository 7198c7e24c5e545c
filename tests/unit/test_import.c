/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* nftw() */

#include "import_testing.h"

#include <omp.h>

#include "lesionbench/h5.h"
#include "lesionbench/npy.h"

/* What import writes for one file, on its own. */
static void
import_one(void **state, const char *name, const char *out, const char *orientation)
{
    fixture f;
    start(&f, state, name, NULL);
    f.options.orientation = orientation;
    if (run(&f) != LB_OK) {
        fail_msg("%s: %s", name, f.err.message);
    }
    assert_int_equal(rename(f.out, out), 0);
    finish(&f);
}

/* The same. */

static void
assert_same_import(void **state, const char *name, const head_file *file, const char *expected,
                   const char *orientation)
{
    char *got = test_path(state, "got.h5");
    put_head(state, name, file);
    import_one(state, name, got, orientation);
    assert_same_bytes(expected, got);
    lb_free(got);
}

/* Stored in 48 orientations and 6 data types, the slices are the same bytes.
 */
static void
orientations_and_types(void **state)
{
    static const size_t ORDERS[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                        {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const int TYPES[6] = {DT_UINT8, DT_INT16, DT_UINT16, DT_INT32, DT_FLOAT32, DT_FLOAT64};
    char *expected = test_path(state, "expected.h5");
    const head_file plain = {.type = DT_FLOAT32};
    put_head(state, "head.nii", &plain);
    import_one(state, "head.nii", expected, NULL);
    for (size_t way = 0; way < 48; way++) {
        for (size_t type = 0; type < 6; type++) {
            head_file file = {.type = TYPES[type], .reordered = true};
            memcpy(file.order, ORDERS[way / 8], sizeof file.order);
            for (size_t a = 0; a < 3; a++) {
                file.turned[a] = way >> a & 1;
            }
            if (way < 8 || way % 6 == type) {
                assert_same_import(state, "head.nii", &file, expected, NULL);
            }
        }
    }
    lb_free(expected);
}

/* Other things that may differ between files, but not between their slices. */
static void
other_ways_to_store(void **state)
{
    char *expected = test_path(state, "expected.h5");
    const head_file plain = {.type = DT_FLOAT32};
    put_head(state, "head.nii", &plain);
    import_one(state, "head.nii", expected, NULL);
    assert_same_import(state, "head.nii.gz", &plain, expected, NULL);
    head_file file = {.type = DT_INT16, .swapped = true};
    assert_same_import(state, "head.nii", &file, expected, NULL);
    file.second = true;
    assert_same_import(state, "head.nii", &file, expected, NULL);
    file = (head_file){.type = DT_UINT16, .slope = 0.5, .intercept = -10};
    assert_same_import(state, "head.nii", &file, expected, NULL);
    file = (head_file){.type = DT_INT32, .by_quaternion = true, .second = true};
    assert_same_import(state, "head.nii", &file, expected, NULL);
    file = (head_file){.type = DT_UINT8, .pair = true};
    assert_same_import(state, "head.hdr", &file, expected, NULL);
    file = (head_file){.reordered = true, .order = {1, 2, 0}, .turned = {true, false, true}};
    file.nowhere = true;
    assert_same_import(state, "head.nii", &file, expected, "pSl");
    lb_free(expected);
}

/* Rows from left to right, columns from back to front, and so on for the other axes. */
static void
directions(void **state)
{
    static const head_file sideways = {
        .reordered = true, .order = {2, 0, 1}, .turned = {true, false, true}};
    put_head(state, "head.nii", &sideways);
    for (int axis = LB_AXIAL; axis <= LB_SAGITTAL; axis++) {
        fixture f;
        float image[32 * 32];
        start(&f, state, "head.nii", NULL);
        f.options.axis = (lb_axis)axis;
        f.options.height = f.options.width = 32;
        f.options.centre = LB_CENTRE_VOLUME;
        f.options.minimum_brain = 0.1;
        run_well(&f);
        assert_int_equal(lb_slices_count(f.slices), 3);
        assert_fine(lb_slices_read(image, f.slices, 1, &f.err));
        /* The middles of the grid and of the volume are one. */
        lb_slice_axes axes = lb_axis_axes((lb_axis)axis);
        const ptrdiff_t size[3] = {HEAD_X, HEAD_Y, HEAD_Z};
        const double depth = axis == LB_CORONAL ? 109 : 91;
        ptrdiff_t at[3], position = lb_slices_at(f.slices, 1)->position;
        at[axes.position] = (ptrdiff_t)floor((double)position - 0.5 * (depth - 1) +
                                             0.5 * (double)(size[axes.position] - 1) + 0.5);
        for (ptrdiff_t i = 0; i < 32; i++) {
            for (ptrdiff_t j = 0; j < 32; j++) {
                at[axes.row] = i - (32 - size[axes.row]) / 2;
                at[axes.column] = j - (32 - size[axes.column]) / 2;
                bool in = at[0] >= 0 && at[1] >= 0 && at[2] >= 0 && at[0] < size[0] &&
                          at[1] < size[1] && at[2] < size[2];
                assert_close(image[i * 32 + j], in ? head_at(at[0], at[1], at[2]) : 0, 0, 0);
            }
        }
        finish(&f);
    }
    assert_int_equal(lb_axis_axes(LB_AXIAL).column, 1);
    assert_int_equal(lb_axis_axes(LB_CORONAL).column, 2);
    assert_int_equal(lb_axis_axes(LB_SAGITTAL).row, 2);
}

/* The brain's middle, not the volume's, is the grid's; the run of positions is cut evenly. */
static void
centre_and_spread(void **state)
{
    const head_file far_away = {.shift = {300, -40, 55}};
    fixture f;
    float image[24 * 32];
    put_head(state, "head.nii", &far_away);
    start(&f, state, "head.nii", NULL);
    f.options.slices_per_subject = 0;
    run_well(&f);
    size_t all = lb_slices_count(f.slices);
    int32_t first = lb_slices_at(f.slices, 0)->position;
    double middle = 0, rows = 0, columns = 0, pixels = 0;
    assert_true(all >= 6);
    for (size_t k = 0; k < all; k++) {
        assert_fine(lb_slices_read(image, f.slices, k, &f.err));
        assert_int_equal(lb_slices_at(f.slices, k)->position, first + (int32_t)k);
        size_t inside = 0;
        for (size_t i = 0; i < 24 * 32; i++) {
            inside += image[i] > 0;
            rows += image[i] > 0 ? (double)(i / 32) : 0;
            columns += image[i] > 0 ? (double)(i % 32) : 0;
        }
        assert_true((double)inside >= 0.25 * 24 * 32);
        pixels += (double)inside;
        middle += (double)(first + (int32_t)k) / (double)all;
    }
    assert_close(rows / pixels, 11.5, 1, 0);
    assert_close(columns / pixels, 15.5, 1, 0);
    assert_close(middle, 45, 2, 0);
    finish(&f);
    start(&f, state, "head.nii", NULL);
    f.options.slices_per_subject = 2;
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 2);
    assert_int_equal(lb_slices_at(f.slices, 0)->position, first + (int32_t)(all / 4));
    assert_int_equal(lb_slices_at(f.slices, 1)->position, first + (int32_t)(3 * all / 4));
    finish(&f);
    start(&f, state, "head.nii", NULL);
    f.options.slices_per_subject = 50; /* of which there are fewer */
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), all);
    assert_int_equal(f.report.few, 1);
    finish(&f);
}

static void
positions_by_hand(void **state)
{
    const head_file plain = {.type = 0};
    const double wanted[2] = {5, -9}, twice[2] = {5, 5.6}, outside[1] = {60};
    float image[24 * 32];
    fixture f;
    put_head(state, "head.nii", &plain);
    start(&f, state, "head.nii", NULL);
    f.options.positions = wanted;
    f.options.position_count = 2;
    f.options.centre = LB_CENTRE_VOLUME;
    run_well(&f);
    /* z = 2 (k - 11.5) mm, rows x = 2 (i - 12.5) mm in the middle of 24 rows */
    assert_int_equal(lb_slices_count(f.slices), 2);
    assert_fine(lb_slices_read(image, f.slices, 0, &f.err));
    assert_close(image[12 * 32 + 15], head_at(13, 14, 14), 0, 0);
    assert_fine(lb_slices_read(image, f.slices, 1, &f.err));
    assert_close(image[12 * 32 + 15], head_at(13, 14, 7), 0, 0);
    assert_int_equal(lb_slices_at(f.slices, 0)->position - lb_slices_at(f.slices, 1)->position, 7);
    lb_slices_close(f.slices);
    f.slices = NULL;
    assert_int_equal(unlink(f.out), 0);
    f.options.positions = twice;
    run_badly(&f, LB_ERROR_ARGUMENT, "5 mm and 5.6 mm are the same slice");
    f.options.positions = outside;
    f.options.position_count = 1;
    run_badly(&f, LB_ERROR_FORMAT, "head.nii: has no brain at 60 mm");
    finish(&f);
}

/* Turned by 20 degrees about z, and another voxel: linear interpolation gives a linear image back.
 */
static void
oblique(void **state)
{
    enum { SIDE = 40 };
    static float data[SIDE * SIDE * SIDE];
    const double c = cos(0.35), s = sin(0.35);
    nifti_1_header header = {.sizeof_hdr = 348,
                             .dim = {3, SIDE, SIDE, SIDE, 1, 1, 1, 1},
                             .datatype = DT_FLOAT32,
                             .bitpix = 32,
                             .pixdim = {1, 1, 1, 1, 1, 1, 1, 1},
                             .vox_offset = 352,
                             .sform_code = 1,
                             .magic = "n+1"};
    const double to_world[3][4] = {{c, -s, 0, 4}, {s, c, 0, -20}, {0, 0, 1, -20}};
    for (size_t a = 0; a < 4; a++) {
        header.srow_x[a] = (float)to_world[0][a];
        header.srow_y[a] = (float)to_world[1][a];
        header.srow_z[a] = (float)to_world[2][a];
    }
    double sum[3] = {0}, count = 0;
    for (size_t i = 0; i < SIDE * SIDE * SIDE; i++) {
        const double at[3] = {(double)(i % SIDE), (double)(i / SIDE % SIDE),
                              (double)(i / SIDE / SIDE)};
        double far = 0, world[3];
        for (size_t a = 0; a < 3; a++) {
            far += (at[a] - 19.5) * (at[a] - 19.5);
            world[a] = to_world[a][0] * at[0] + to_world[a][1] * at[1] + to_world[a][2] * at[2] +
                       to_world[a][3];
        }
        if (far < 15 * 15) {
            data[i] = (float)(1000 + 3 * world[0] - 7 * world[1] + 11 * world[2]);
            count++;
        }
        for (size_t a = 0; a < 3; a++) {
            sum[a] += far < 15 * 15 ? world[a] : 0;
        }
    }
    char *path = test_path(state, "head.nii");
    write_whole(path, &header, sizeof header, (const uint8_t *)data, sizeof data, 0);
    lb_free(path);
    fixture f;
    float image[SIDE * SIDE];
    size_t seen = 0, inside = 0;
    start(&f, state, "head.nii", NULL);
    f.options.height = f.options.width = SIDE;
    f.options.voxel = 0.9;
    f.options.slices_per_subject = 1;
    run_well(&f);
    assert_fine(lb_slices_read(image, f.slices, 0, &f.err));
    double z = sum[2] / count + 0.9 * (lb_slices_at(f.slices, 0)->position - 0.5 * (203 - 1));
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            inside += image[i * SIDE + j] > 0;
            double x = sum[0] / count + 0.9 * (i - 19.5), y = sum[1] / count + 0.9 * (j - 19.5);
            if (hypot(i - 19.5, j - 19.5) * 0.9 < 13) {
                assert_close(image[i * SIDE + j], 1000 + 3 * x - 7 * y + 11 * z, 0.05, 0);
                seen++;
            } else if (image[i * SIDE + j] > 0) { /* the outside does not darken the edge */
                assert_close(image[i * SIDE + j], 1000 + 3 * x - 7 * y + 11 * z, 25, 0);
            } else if (hypot(i - 19.5, j - 19.5) * 0.9 > 16) {
                assert_close(image[i * SIDE + j], 0, 0, 0);
            }
        }
    }
    assert_true(seen > 500);
    /* At one half, a disc keeps its size: the ball's largest. */
    assert_close((double)inside, acos(-1) * 15 * 15 / (0.9 * 0.9), 0, 0.02);
    finish(&f);
}

/* Masks. */

static void
skulls_and_masks(void **state)
{
    const head_file skull = {.outside = 40}, brain = {.mask = true, .type = DT_UINT8};
    const head_file bare = {.type = DT_FLOAT32}, huge = {.voxel = 10};
    char *expected = test_path(state, "expected.h5"), *got = test_path(state, "got.h5");
    fixture f;
    put_head(state, "a/head.nii", &bare);
    import_one(state, "a/head.nii", expected, NULL);
    put_head(state, "huge.nii", &huge);
    start(&f, state, "huge.nii", NULL);
    f.options.voxel = 10;
    run_badly(&f, LB_ERROR_FORMAT, "3.46 litres are not (2.5 at most)");
    finish(&f);
    put_head(state, "b/head.nii", &skull);
    start(&f, state, "b/head.nii", NULL);
    run_badly(&f, LB_ERROR_FORMAT,
              "b/head.nii: is not a brain alone: 0 % of its voxels are exactly 0");
    f.options.mask_suffix = "_inside";
    put_head(state, "b/head_inside.nii.gz", &brain);
    run_well(&f);
    assert_int_equal(rename(f.out, got), 0);
    finish(&f);
    assert_same_bytes(expected, got);
    /* In a folder of its own, stored the other way round. */
    const head_file turned = {.mask = true,
                              .type = DT_INT16,
                              .reordered = true,
                              .order = {1, 0, 2},
                              .turned = {false, true, true}};
    put_head(state, "masks/head_desc-brain_mask.nii", &turned);
    start(&f, state, "b/head.nii", NULL);
    f.options.masks = make_path(state, "masks/x");
    ((char *)f.options.masks)[strlen(f.options.masks) - 2] = '\0';
    run_well(&f);
    assert_int_equal(rename(f.out, got), 0);
    assert_same_bytes(expected, got);
    /* A mask somewhere else leaves nothing. */
    const head_file away = {.mask = true, .shift = {500, 0, 0}};
    put_head(state, "masks/head_desc-brain_mask.nii", &away);
    run_badly(&f, LB_ERROR_FORMAT, "has no voxel above 0 inside the mask");
    lb_free((char *)f.options.masks);
    finish(&f);
    start(&f, state, "b/head.nii", NULL);
    f.options.assume_brain = true;
    f.options.crop = true;
    run_well(&f);
    finish(&f);
    lb_free(got);
    lb_free(expected);
}

/* Folders. */

static void
put_bids(void **state)
{
    const head_file plain = {.type = DT_INT16};
    const head_file skull = {.type = DT_INT16, .outside = 40, .person = 2};
    const head_file second = {.type = DT_INT16, .person = 2};
    const head_file third = {.type = DT_INT16, .person = 3};
    const head_file mask = {.type = DT_UINT8, .mask = true};
    const head_file nothing = {.type = DT_UINT8, .mask = true, .shift = {900, 0, 0}};
    put_head(state, "bids/sub-01/anat/sub-01_T1w.nii.gz", &plain);
    put_head(state, "bids/sub-01/anat/sub-01_T2w.nii.gz", &skull);
    put_head(state, "bids/sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz", &skull);
    put_head(state, "bids/sub-02/ses-b/anat/sub-02_ses-b_run-1_T1w.nii", &skull);
    put_head(state, "bids/sub-02/ses-b/anat/sub-02_ses-b_run-2_T1w.nii", &second);
    put_head(state, "bids/sub-03/anat/sub-03_T1w.nii.gz", &third);
    put_head(state, "bids/sub-03/anat/sub-03_space-MNI_T1w.nii.gz", &third);
    put_head(state,
             "bids/derivatives/fmriprep/sub-02/ses-a/anat/"
             "sub-02_ses-a_desc-brain_mask.nii.gz",
             &mask);
    put_head(state,
             "bids/derivatives/fmriprep/sub-02/ses-a/anat/"
             "sub-02_ses-a_space-MNI_desc-brain_mask.nii.gz",
             &nothing);
    put_head(state,
             "bids/derivatives/fmriprep/sub-02/ses-b/anat/"
             "sub-02_ses-b_desc-brain_mask.nii.gz",
             &mask);
    put_head(state,
             "bids/derivatives/fmriprep/sub-02/ses-b/anat/"
             "sub-02_ses-b_run-3_desc-brain_mask.nii.gz",
             &nothing);
    put_head(state, "bids/derivatives/fmriprep/sub-02/anat/sub-02_desc-brain_mask.nii.gz",
             &nothing);
    put_text(state, "bids/derivatives/fmriprep/sub-02.html", "");
    put_text(state, "bids/dataset_description.json", "{}");
}

static void
bids(void **state)
{
    fixture f;
    put_bids(state);
    put_text(state, "bids/participants.tsv",
             "participant_id\thand\tsex\tage\nsub-02\t\"l\"\tF\t31.5\nsub-01\tr\tm\tn/a\n\n");
    start(&f, state, "bids", NULL);
    f.options.slices_per_subject = 4;
    run_well(&f);
    assert_int_equal(f.report.volumes, 5);
    assert_int_equal(f.report.subjects, 3);
    assert_int_equal(f.report.unlisted, 1);
    assert_string_equal(f.report.first, "sub-03");
    assert_int_equal(lb_slices_count(f.slices), 12);
    assert_int_equal(lb_slices_subjects(f.slices), 3);
    for (size_t i = 0; i < 12; i++) {
        static const char *const NAMES[] = {"sub-01", "sub-02", "sub-03"};
        static const int SEXES[] = {LB_MALE, LB_FEMALE, LB_SEX_UNKNOWN};
        check_slice(&f, i, NAMES[i / 4], SEXES[i / 4], i / 4 == 1 ? 31.5 : (double)NAN);
    }
    /* The three volumes of sub-02, with their masks, show the same head: 1, 1 and 2 slices. */
    int32_t middle = lb_slices_at(f.slices, 4)->position;
    assert_int_equal(lb_slices_at(f.slices, 5)->position, middle);
    assert_true(lb_slices_at(f.slices, 6)->position < middle);
    float one[24 * 32], two[24 * 32];
    assert_fine(lb_slices_read(one, f.slices, 4, &f.err));
    assert_fine(lb_slices_read(two, f.slices, 5, &f.err));
    assert_memory_equal(one, two, sizeof one);
    finish(&f);
    /* Another table, given by hand; the images in MNI space alone. */
    put_text(state, "people.csv", "Subject,Gender,Age\n01,F,26-30\n03,M,36+\n02,F,22\n");
    start(&f, state, "bids", NULL);
    f.options.match = "space-MNI";
    f.options.participants = make_path(state, "people.csv");
    run_well(&f);
    assert_int_equal(f.report.volumes, 1);
    check_slice(&f, 0, "sub-03", LB_MALE, 36);
    lb_free((char *)f.options.participants);
    finish(&f);
}

static void
bids_without_masks(void **state)
{
    const head_file mask = {.type = DT_UINT8, .mask = true};
    fixture f;
    put_bids(state);
    put_head(state, "bids/derivatives/other/sub-02/ses-a/anat/sub-02_ses-a_desc-brain_mask.nii.gz",
             &mask);
    start(&f, state, "bids", NULL);
    run_badly(&f, LB_ERROR_ARGUMENT, "sub-02_ses-a_T1w.nii.gz: two brain masks fit: ");
    f.options.masks = make_path(state, "bids/derivatives/other/x");
    ((char *)f.options.masks)[strlen(f.options.masks) - 2] = '\0';
    run_badly(&f, LB_ERROR_FORMAT, "sub-02_ses-b_run-1_T1w.nii: is not a brain alone");
    f.options.skip_bad = true;
    run_well(&f);
    assert_int_equal(f.report.volumes, 4);
    assert_int_equal(f.report.skipped_count, 1);
    assert_non_null(strstr(f.report.skipped[0], "sub-02_ses-b_run-1_T1w.nii: is not a brain"));
    lb_free((char *)f.options.masks);
    finish(&f);
}

static void
hcp(void **state)
{
    const head_file plain = {.type = DT_FLOAT32}, other = {.type = DT_FLOAT32, .person = 1};
    fixture f;
    put_head(state, "hcp/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz", &plain);
    put_head(state, "hcp/100408/T1w/T1w_acpc_dc_restore_brain.nii.gz", &other);
    put_head(state, "hcp/100408/MNINonLinear/T1w_restore.nii.gz", &plain);
    put_text(state, "hcp/notes.csv", "a,b\n1\n");
    put_text(state, "hcp/unrestricted.csv",
             "Subject,Release,Gender,Age\n100408,S1,M,36+\n100307,Q1,F,26-30\n");
    start(&f, state, "hcp", NULL);
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 6);
    check_slice(&f, 0, "100307", LB_FEMALE, 28);
    check_slice(&f, 5, "100408", LB_MALE, 36);
    finish(&f);
    put_text(state, "hcp/restricted.csv", "Subject,Gender\n100408,M\n");
    start(&f, state, "hcp", NULL);
    assert_int_equal(unlink(f.out), 0);
    run_badly(&f, LB_ERROR_ARGUMENT, "both have subjects and their sex");
    finish(&f);
    put_text(state, "empty/readme", "");
    start(&f, state, "empty", NULL);
    run_badly(&f, LB_ERROR_FORMAT, "empty: holds neither BIDS images");
    finish(&f);
}

/* Equal names of different sources are different people; runs of one file name are not. */
static void
names_of_subjects(void **state)
{
    const head_file plain = {.type = 0}, other = {.person = 1};
    fixture f;
    put_head(state, "x/head.nii", &plain);
    put_head(state, "y/head.nii", &other);
    start(&f, state, "x/head.nii", "y/head.nii");
    run_well(&f);
    assert_int_equal(lb_slices_subjects(f.slices), 2);
    check_slice(&f, 0, f.paths[0], LB_SEX_UNKNOWN, (double)NAN);
    check_slice(&f, 3, f.paths[1], LB_SEX_UNKNOWN, (double)NAN);
    finish(&f);
    put_head(state, "sub-7_run-1_T1w.nii", &plain);
    put_head(state, "sub-7_run-2_T1w.nii", &plain);
    start(&f, state, "sub-7_run-1_T1w.nii", "sub-7_run-2_T1w.nii");
    run_well(&f);
    assert_int_equal(lb_slices_subjects(f.slices), 1);
    assert_int_equal(lb_slices_count(f.slices), 3);
    check_slice(&f, 2, "sub-7", LB_SEX_UNKNOWN, (double)NAN);
    finish(&f);
    put_head(state, "one/sub-7/anat/sub-7_T1w.nii", &plain);
    put_text(state, "one/participants.tsv", "participant_id\tsex\nsub-7\tF\n");
    put_head(state, "two/sub-7/anat/sub-7_T1w.nii", &other);
    put_text(state, "two/participants.tsv", "participant_id\tsex\nsub-7\tM\n");
    start(&f, state, "one", "two");
    run_well(&f);
    assert_int_equal(lb_slices_subjects(f.slices), 2);
    assert_int_equal(lb_slices_at(f.slices, 0)->sex, LB_FEMALE);
    assert_int_equal(lb_slices_at(f.slices, 3)->sex, LB_MALE);
    finish(&f);
}

static void
tables_of_participants(void **state)
{
    static const struct {
        const char *text, *message;
    } BAD[] = {
        {"participant_id,hand\nsub-1,r\n", "has neither a column 'sex'"},
        {"participant_id,sex\nsub-1,X\n", "line 2: sex 'X' is neither female"},
        {"participant_id,sex\nsub-1,2\n", "line 2: sex '2' is neither"},
        {"participant_id,age\nsub-1,30\nsub-2,old\n", "line 3: age 'old'"},
        {"participant_id,age\nsub-1,1e2\n", "line 2: age '1e2'"},
        {"participant_id,age\nsub-1,40-30\n", "line 2: age '40-30'"},
        {"participant_id,sex\nsub-1,F\n1,M\n",
         "lines 2 and 3 give subject 'sub-1' different sexes"},
        {"participant_id,sex\nsub-1\n", "line 2 has 1 fields"},
        {"name,sex\nsub-1,F\n", "people.csv: has no column 'participant_id' (or 'subject')"},
        {"subject,Sex,sex\n1,F,M\n", "people.csv: has two columns 'Sex' and 'sex'"},
        {"participant_id,sex\n\n\nsub-1,F\nsub-2,Z\n", "line 5: sex 'Z' is neither"},
    };
    const head_file plain = {.type = 0};
    fixture f;
    put_head(state, "sub-1_T1w.nii", &plain);
    start(&f, state, "sub-1_T1w.nii", NULL);
    char *table = make_path(state, "people.csv");
    f.options.participants = table;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        put_text(state, "people.csv", BAD[i].text);
        run_badly(&f, LB_ERROR_FORMAT, BAD[i].message);
        assert_message(&f.err, "people.csv");
    }
    put_text(state, "people.csv", "age,Sex,SUBJECT\n 20-25 , Female ,1\n22,female,sub-1\n");
    run_well(&f);
    check_slice(&f, 0, "sub-1", LB_FEMALE, 22.5);
    lb_free(table);
    finish(&f);
}

/* A folder's own table, read as the one given by hand: what pandas and R read is read, what is
 * faulty is an error with its line, and never no table. */
static void
tables_of_folders(void **state)
{
    static const struct {
        const char *hcp, *bids;
    } GOOD[] = {
        {"Subject,Gender,Age\n100307,F,26-30\n", "participant_id\tsex\tage\nsub-1\tF\t28\n"},
        {"subject,gender,age\n100307,F,28\n\n", "participant_id\tsex\tage\nsub-1\tF\t28\n\n\n"},
        {"\n\"Subject\",\"Gender\",\"Age\"\r\n\"100307\",\"F\",\"28\"\r\n",
         "\"participant_id\"\t\"sex\"\t\"age\"\r\n\"sub-1\"\t\"F\"\t28\r\n"},
        {"\xef\xbb\xbf Subject , GENDER , Age \n 100307 , f , 28 \n,,\n",
         "\xef\xbb\xbfParticipant_ID \t Sex\tAGE\n sub-1 \t female \t 28.0\n\t\t\n"},
        {"Subject,Gender,Age\n\"1\",100307,0.0,28\n\"2\",5,NA,NA\n",
         "\"participant_id\"\t\"sex\"\t\"age\"\n\"1\"\t\"sub-1\"\t\"F\"\t28\n"},
    };
    static const struct {
        const char *text, *message;
    } BAD[] = {
        {"Subject,Gender,Age\n100307,F,26-30\n100408,M,36+,\n",
         "hcp/people.csv: line 3 has 4 fields, the header has 3"},
        {"Subject,Gender,Age\n100307,F,26-30\n\n100408,X,36+\n",
         "hcp/people.csv: line 4: sex 'X' is neither"},
        {"Subject,Gender\n100307,\"F\n", "hcp/people.csv: line 2: a quoted field does not end"},
        {"", "hcp/people.csv: is empty; a header row is wanted"},
        {"\"Subject,Gender\n", "hcp/people.csv: line 1: a quoted field does not end"},
    };
    const head_file plain = {.type = DT_FLOAT32};
    fixture f;
    put_head(state, "hcp/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz", &plain);
    put_head(state, "bids/sub-1/anat/sub-1_T1w.nii", &plain);
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        put_text(state, "hcp/people.csv", GOOD[i].hcp);
        put_text(state, "bids/participants.tsv", GOOD[i].bids);
        start(&f, state, "hcp", NULL);
        run_well(&f);
        check_slice(&f, 0, "100307", LB_FEMALE, 28);
        finish(&f);
        start(&f, state, "bids", NULL);
        run_well(&f);
        check_slice(&f, 0, "sub-1", LB_FEMALE, 28);
        finish(&f);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        put_text(state, "hcp/people.csv", BAD[i].text);
        start(&f, state, "hcp", NULL);
        unlink(f.out);
        run_badly(&f, LB_ERROR_FORMAT, BAD[i].message);
        finish(&f);
    }
    put_text(state, "bids/participants.tsv", "participant_id\tsex\nsub-1\tF\nsub-2\n");
    start(&f, state, "bids", NULL);
    run_badly(&f, LB_ERROR_FORMAT, "participants.tsv: line 3 has 1 fields, the header has 2");
    char *table = make_path(state, "bids/participants.tsv");
    assert_int_equal(unlink(table), 0);
    lb_free(table);
    put_text(state, "bids/Participants.TSV", "participant_id\tsex\nsub-1\tF\n");
    run_badly(&f, LB_ERROR_FORMAT, "Participants.TSV: BIDS reads participants.tsv alone");
    finish(&f);
}

/* Arrays. */

static void
put_npy(void **state, const char *name, lb_type type, size_t rank, size_t count, size_t plus)
{
    enum { H = 20, W = 18, MAX_SLICES = 6 };
    static double real[MAX_SLICES * H * W];
    static uint8_t byte[MAX_SLICES * H * W];
    lb_error err = {0};
    const size_t shape[3] = {count, H, W};
    for (size_t i = 0; i < count * H * W; i++) {
        size_t y = i / W % H, x = i % W, slice = i / (H * W);
        bool inside = y > 0 && y < 15 && x > 3 && x < 14 && slice != 3;
        byte[i] = inside ? (uint8_t)(1 + plus + slice + 3 * x + y) : 0;
        real[i] = byte[i];
    }
    if (type == LB_F64) {
        real[0] = INFINITY; /* what is not finite becomes 0 */
    }
    char *path = make_path(state, name);
    assert_ok(lb_npy_write(path, type, rank, shape + 3 - rank,
                           type == LB_F64 ? (void *)real : (void *)byte, &err));
    lb_free(path);
}

static void
npy_files(void **state)
{
    fixture f;
    float image[20 * 18], large[24 * 32];
    put_npy(state, "a.npy", LB_F64, 3, 6, 0);
    start(&f, state, "a.npy", NULL);
    f.options.height = f.options.width = 0;
    run_well(&f);
    assert_int_equal(lb_slices_height(f.slices), 20);
    assert_int_equal(lb_slices_width(f.slices), 18);
    assert_int_equal(lb_slices_count(f.slices), 5); /* one was empty */
    assert_int_equal(f.report.empty, 1);
    assert_fine(lb_slices_read(image, f.slices, 3, &f.err));
    assert_close(image[5 * 18 + 6], 1 + 4 + 18 + 5, 0, 0);
    assert_close(image[0], 0, 0, 0);
    assert_int_equal(lb_slices_at(f.slices, 3)->position, 4);
    check_slice(&f, 3, "a-0005", LB_SEX_UNKNOWN, (double)NAN);
    finish(&f);
    /* Padded; two in a row are one subject's. */
    put_npy(state, "b.npy", LB_U8, 2, 1, 100);
    start(&f, state, "a.npy", "b.npy");
    f.options.array_slices_per_subject = 2;
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 6);
    assert_int_equal(lb_slices_subjects(f.slices), 4);
    check_slice(&f, 1, "a-0001", LB_SEX_UNKNOWN, (double)NAN);
    assert_fine(lb_slices_read(large, f.slices, 5, &f.err));
    assert_close(large[(5 + 2) * 32 + 6 + 7], 1 + 100 + 18 + 5, 0, 0);
    finish(&f);
    /* Cropped, which would lose brain. */
    start(&f, state, "a.npy", NULL);
    f.options.height = f.options.width = 16;
    assert_int_equal(unlink(f.out), 0);
    run_badly(&f, LB_ERROR_FORMAT, "a.npy: slice 0: the brain is cut by the edge of 16 x 16");
    f.options.height = 18;
    run_well(&f);
    lb_slices_close(f.slices);
    f.slices = NULL;
    assert_int_equal(unlink(f.out), 0);
    f.options.array_minimum_brain = 0.9;
    run_badly(&f, LB_ERROR_FORMAT, "no slice qualifies");
    finish(&f);
}

static void
rows_for_slices(void **state)
{
    fixture f;
    put_npy(state, "a.npy", LB_U8, 3, 3, 0);
    char *table = make_path(state, "people.tsv");
    start(&f, state, "a.npy", NULL);
    f.options.participants = table;
    put_text(state, "people.tsv", "subject\tsex\tage\np\tF\t20\np\tF\t20\nq\tM\t30\n");
    run_well(&f);
    check_slice(&f, 1, "p", LB_FEMALE, 20);
    check_slice(&f, 2, "q", LB_MALE, 30);
    finish(&f);
    start(&f, state, "a.npy", NULL);
    f.options.participants = table;
    f.options.array_slices_per_subject = 2;
    put_text(state, "people.tsv", "sex\nM\nF\n");
    run_well(&f);
    check_slice(&f, 1, "a-0001", LB_MALE, (double)NAN);
    check_slice(&f, 2, "a-0002", LB_FEMALE, (double)NAN);
    lb_slices_close(f.slices);
    f.slices = NULL;
    assert_int_equal(unlink(f.out), 0);
    put_text(state, "people.tsv", "sex\nM\nF\nF\nF\n");
    run_badly(&f, LB_ERROR_FORMAT, "has 4 rows, but there are 3 slices of 2 subjects");
    finish(&f);
    lb_free(table);
}

/* pickle.dumps(([a, a + 1], ['F', 'M'], ['26-30', '36+']), 2), a 4 x 4 float64 of 1 .. 16, written
 * by NumPy: the form of the published slices. */
static const char PUBLISHED[] =
    "80025d710028636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a710163"
    "6e756d70790a6e6461727261790a71024b00857103635f636f646563730a656e636f64650a7104580100000062"
    "710558060000006c6174696e31710686710752710887710952710a284b014b044b0486710b636e756d70790a64"
    "747970650a710c58020000006638710d898887710e52710f284b0358010000003c71104e4e4e4affffffff4aff"
    "ffffff4b00747111628968045881000000000000000000c3b03f00000000000000400000000000000840000000"
    "0000001040000000000000144000000000000018400000000000001c4000000000000020400000000000002240"
    "0000000000002440000000000000264000000000000028400000000000002a400000000000002c400000000000"
    "002e4000000000000030407112680686711352711474711562680168024b008571166808877117527118284b01"
    "4b044b04867119680f896804588000000000000000000000400000000000000840000000000000104000000000"
    "0000144000000000000018400000000000001c4000000000000020400000000000002240000000000000244000"
    "0000000000264000000000000028400000000000002a400000000000002c400000000000002e40000000000000"
    "30400000000000003140711a680686711b52711c74711d62655d711e28580100000046711f58010000004d7120"
    "655d712128580500000032362d33307122580300000033362b7123658771242e";

static void
published_slices(void **state)
{
    uint8_t bytes[sizeof PUBLISHED / 2];
    fixture f;
    float image[16 * 16];
    for (size_t i = 0; i < sizeof bytes; i++) {
        const char digits[3] = {PUBLISHED[2 * i], PUBLISHED[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    char *path = make_path(state, "slices_1.pkl");
    test_write_bytes(path, bytes, sizeof bytes);
    start(&f, state, "slices_1.pkl", NULL);
    f.options.height = f.options.width = 16;
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 2);
    check_slice(&f, 0, "slices_1-0001", LB_FEMALE, 28);
    check_slice(&f, 1, "slices_1-0002", LB_MALE, 36);
    assert_fine(lb_slices_read(image, f.slices, 1, &f.err));
    assert_close(image[6 * 16 + 6], 2, 0, 0);
    assert_close(image[9 * 16 + 9], 17, 0, 0);
    lb_slices_close(f.slices);
    f.slices = NULL;
    assert_int_equal(unlink(f.out), 0);
    f.options.array_slices_per_subject = 2;
    run_badly(&f, LB_ERROR_FORMAT, "slices 0 and 1 are one subject's, but have different sexes");
    /* Left out whole, though its first slice was good. */
    put_npy(state, "a.npy", LB_U8, 3, 2, 0);
    f.paths[1] = test_path(state, "a.npy");
    f.pointers[1] = f.paths[1];
    f.options.path_count = 2;
    f.options.height = 24;
    f.options.width = 32;
    f.options.skip_bad = true;
    run_well(&f);
    assert_int_equal(lb_slices_count(f.slices), 2);
    check_slice(&f, 0, "a-0001", LB_SEX_UNKNOWN, (double)NAN);
    float padded[24 * 32];
    assert_fine(lb_slices_read(padded, f.slices, 0, &f.err));
    assert_close(padded[(5 + 2) * 32 + 6 + 7], 1 + 18 + 5, 0, 0);
    lb_slices_close(f.slices);
    f.slices = NULL;
    assert_int_equal(unlink(f.out), 0);
    f.options.path_count = 1;
    f.options.skip_bad = false;
    f.options.array_slices_per_subject = 1;
    test_write_bytes(path, bytes, sizeof bytes - 1);
    run_badly(&f, LB_ERROR_FORMAT, "slices_1.pkl");
    lb_free(path);
    finish(&f);
}

/* What goes wrong. */

static void
bad_files(void **state)
{
    const head_file plain = {.type = 0}, nowhere = {.nowhere = true}, many = {.volumes = 2};
    const head_file negative = {.negative = true, .outside = 0.5};
    fixture f;
    put_head(state, "good.nii", &plain);
    put_text(state, "bad.nii", "this is no NIfTI file");
    start(&f, state, "bad.nii", "good.nii");
    run_badly(&f, LB_ERROR_FORMAT, "bad.nii: is not a NIfTI file");
    f.options.skip_bad = true;
    run_well(&f);
    assert_int_equal(f.report.volumes, 1);
    assert_int_equal(f.report.skipped_count, 1);
    assert_non_null(strstr(f.report.skipped[0], "bad.nii: is not a NIfTI file"));
    assert_int_equal(unlink(f.out), 0);
    f.options.path_count = 1;
    run_badly(&f, LB_ERROR_FORMAT, "no file could be used; the first: ");
    finish(&f);
    put_head(state, "n.nii", &nowhere);
    start(&f, state, "n.nii", NULL);
    run_badly(&f, LB_ERROR_FORMAT, "n.nii: has neither an sform nor a qform");
    f.options.orientation = "RAX";
    run_badly(&f, LB_ERROR_ARGUMENT, "'RAX' is no orientation");
    finish(&f);
    put_head(state, "m.nii", &many);
    start(&f, state, "m.nii", NULL);
    run_badly(&f, LB_ERROR_ARGUMENT, "m.nii: has 2 volumes (choose one with --volume");
    f.options.one_of_many = true;
    f.options.volume = 2;
    run_badly(&f, LB_ERROR_ARGUMENT, "m.nii: has 2 volumes, counted from 0, but not 2");
    f.options.volume = 0;
    run_badly(&f, LB_ERROR_FORMAT, "m.nii: has no voxel above 0");
    f.options.volume = 1;
    run_well(&f);
    finish(&f);
    put_head(state, "s.nii", &negative);
    start(&f, state, "s.nii", NULL);
    assert_int_equal(unlink(f.out), 0);
    f.options.assume_brain = true;
    run_badly(&f, LB_ERROR_FORMAT, "of the brain's values are below 0");
    finish(&f);
    start(&f, state, "good.nii", NULL);
    f.options.minimum_brain = 0.9;
    run_badly(&f, LB_ERROR_FORMAT, "good.nii: no slice has 0.9 of its pixels in the brain");
    f.options.minimum_brain = 0.25;
    f.options.width = 20;
    run_badly(&f, LB_ERROR_FORMAT, "good.nii: the brain is cut by the edge of 24 x 20 pixels");
    f.options.crop = true;
    run_well(&f);
    finish(&f);
    put_head(state, "x_desc-brain_mask.nii", &plain);
    start(&f, state, "x_desc-brain_mask.nii", NULL);
    assert_int_equal(unlink(f.out), 0);
    run_badly(&f, LB_ERROR_ARGUMENT, "is a brain mask by its name");
    finish(&f);
}

/* A file that is cut stops everything; so do files in the middle, the first in order. */
static void
threads_change_nothing(void **state)
{
    const head_file heads[3] = {
        {.type = DT_UINT8}, {.shift = {3, 1, 2}, .voxel = 1.9}, {.type = DT_INT16, .slope = 0.25}};
    char *first = test_path(state, "first.h5");
    int before = omp_get_max_threads();
    for (int i = 0; i < 12; i++) {
        char name[64];
        snprintf(name, sizeof name, "set/sub-%02d/anat/sub-%02d_T1w.nii.gz", i, i);
        head_file head = heads[i % 3];
        head.person = i;
        put_head(state, name, &head);
    }
    for (int threads = 1; threads <= 4; threads++) {
        fixture f;
        start(&f, state, "set", NULL);
        omp_set_num_threads(threads);
        run_well(&f);
        assert_int_equal(lb_slices_count(f.slices), 36);
        if (threads == 1) {
            assert_int_equal(rename(f.out, first), 0);
        } else {
            assert_same_bytes(first, f.out);
        }
        finish(&f);
    }
    char *path = make_path(state, "set/sub-07/anat/sub-07_T1w.nii.gz");
    char *later = make_path(state, "set/sub-08/anat/sub-08_T1w.nii.gz");
    test_copy_damaged(path, path, test_file_size(path) - 9, SIZE_MAX);
    test_copy_damaged(later, later, test_file_size(later) - 9, SIZE_MAX);
    for (int threads = 1; threads <= 4; threads++) {
        fixture f;
        start(&f, state, "set", NULL);
        omp_set_num_threads(threads);
        unlink(f.out);
        run_badly(&f, LB_ERROR_FORMAT, "sub-07_T1w.nii.gz: the NIfTI file is damaged");
        f.options.skip_bad = true;
        run_well(&f);
        assert_int_equal(f.report.skipped_count, 2);
        assert_int_equal(f.report.volumes, 10);
        finish(&f);
    }
    omp_set_num_threads(before);
    lb_free(later);
    lb_free(path);
    lb_free(first);
}

/* A header that does not lie, but is too much for the memory that an import may take. */
static void
large_volume(void **state)
{
    const nifti_1_header header = {.sizeof_hdr = 348,
                                   .dim = {3, 700, 700, 700, 1, 1, 1, 1},
                                   .datatype = DT_UINT8,
                                   .bitpix = 8,
                                   .pixdim = {1, 1, 1, 1, 1, 1, 1, 1},
                                   .vox_offset = 352,
                                   .sform_code = 1,
                                   .srow_x = {1, 0, 0, 0},
                                   .srow_y = {0, 1, 0, 0},
                                   .srow_z = {0, 0, 1, 0},
                                   .magic = "n+1"};
    fixture f;
    start(&f, state, "large.nii", NULL);
    test_write_bytes(f.paths[0], &header, sizeof header);
    assert_int_equal(truncate(f.paths[0], 352 + 343000000), 0);
    run_badly(&f, LB_ERROR_UNSUPPORTED, "700 x 700 x 700 voxels would take 1.4 GB of memory");
    finish(&f);
}

static void
what_was_done(void **state)
{
    const head_file plain = {.type = 0};
    fixture f;
    lb_h5 *file = NULL;
    char *text = NULL;
    double number = 0;
    put_head(state, "head.nii", &plain);
    start(&f, state, "head.nii", NULL);
    run_well(&f);
    assert_fine(lb_h5_open(&file, f.out, "slices", &f.err));
    assert_fine(lb_h5_get_text(&text, file, "", "axis", &f.err));
    assert_string_equal(text, "axial");
    lb_free(text);
    assert_fine(lb_h5_get_text(&text, file, "", "centre", &f.err));
    assert_string_equal(text, "brain");
    lb_free(text);
    static const struct {
        const char *name;
        double value;
    } NUMBERS[] = {{"simulated", 0}, {"voxel", 2},   {"minimum_brain", 0.25},  {"subjects", 1},
                   {"volumes", 1},   {"skipped", 0}, {"slices_per_subject", 3}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        assert_fine(lb_h5_get_number(&number, file, "", NUMBERS[i].name, &f.err));
        assert_close(number, NUMBERS[i].value, 0, 0);
    }
    lb_h5_close(file);
    finish(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, import_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(orientations_and_types),
        TEST(other_ways_to_store),
        TEST(directions),
        TEST(centre_and_spread),
        TEST(positions_by_hand),
        TEST(oblique),
        TEST(skulls_and_masks),
        TEST(bids),
        TEST(bids_without_masks),
        TEST(hcp),
        TEST(names_of_subjects),
        TEST(tables_of_participants),
        TEST(tables_of_folders),
        TEST(npy_files),
        TEST(rows_for_slices),
        TEST(published_slices),
        TEST(bad_files),
        TEST(threads_change_nothing),
        TEST(what_was_done),
        TEST(large_volume),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
