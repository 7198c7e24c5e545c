/* SPDX-License-Identifier: MIT */
/* The files of web/, embedded by cmake/embed.cmake: texts that end in a zero byte. */
#ifndef LB_REPORT_WEB_H
#define LB_REPORT_WEB_H

extern const unsigned char web_page_css[];
extern const unsigned char web_page_js[];
extern const unsigned char web_explorer_html[];
extern const unsigned char web_explorer_js[];

#endif
