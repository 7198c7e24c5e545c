/* SPDX-License-Identifier: MIT */
/* The page's section for looking through the kept maps. */
#include "explorer.h"
#include "page.h"
#include "web.h"

/* Bytes for its pictures, so that the page stays below 20 MB with its figures. */
enum { MAX_BYTES = 9 << 20 };

lb_status
page_explorer(FILE *page, page_facts *facts, page_facts *matched, const lb_context *context,
              lb_error *err)
{
    lb_status status = LB_OK;
    page_facts *of[CONDITIONS] = {facts, matched};
    explorer conditions[CONDITIONS] = {{.set = NULL}};
    explorer *read[CONDITIONS] = {NULL, NULL};
    const explorer *shown[CONDITIONS] = {NULL, NULL};
    lb_score_table scores = {0};
    bool any = false;
    for (size_t i = 0; i < CONDITIONS; i++) {
        if (of[i] != NULL) {
            LB_TRY(explorer_read(&conditions[i], &of[i]->maps,
                                 matched != NULL ? MAX_BYTES / 2 : MAX_BYTES, err));
            read[i] = &conditions[i];
            shown[i] = &conditions[i];
            any = any || conditions[i].image_count > 0;
        }
    }
    if (!any) {
        goto cleanup;
    }
    LB_TRY(explorer_read_scores(read, CONDITIONS, &scores, err));
    fputs("<section aria-labelledby=\"look\"><h2 id=\"look\">Look through the maps</h2>\n", page);
    fputs((const char *)web_explorer_html, page);
    fputs("<script type=\"application/json\" id=\"explorer-data\">", page);
    LB_TRY(explorer_write(page, shown, CONDITIONS, context, err));
    fputs("</script>\n<script>\n", page);
    fputs((const char *)web_explorer_js, page);
    fputs("</script>\n</section>\n", page);
cleanup:
    for (size_t i = 0; i < CONDITIONS; i++) {
        explorer_release(&conditions[i]);
    }
    lb_score_table_release(&scores);
    return status;
}
