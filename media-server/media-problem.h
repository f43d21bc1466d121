/** The errors that the media server's HTTP interface gives (RFC 9457), but for those of the SDP, which have
 * their own table (sdp-error.h). */
#pragma once

#include <glib.h>

#include "http-server.h"

/* X(name, code, HTTP status, Chinese, English) */
#define MEDIA_PROBLEM_TABLE(X)                                                                               \
    X(INTERNAL, "media/internal", 500, "音视频服务出了故障。", "The media server failed.")                   \
    X(BAD_ID, "media/bad-id", 400, "标识不合规。",                                                           \
      "An id has 1 to 64 letters, digits, hyphens or underscores.")                                          \
    X(BAD_PARAMETER, "media/bad-parameter", 400, "参数不合规。", "A query parameter is missing or wrong.")   \
    X(BAD_BODY, "media/bad-body", 400, "请求内容不合规。", "The body is not what is wanted here.")           \
    X(CONTENT_TYPE, "media/content-type", 415, "内容类型不对。", "The content type is not accepted here.")   \
    X(ROOM_NOT_FOUND, "media/room-not-found", 404, "没有这个房间。", "There is no such room.")               \
    X(CONNECTION_NOT_FOUND, "media/connection-not-found", 404, "没有这个连接。",                             \
      "There is no such connection.")                                                                        \
    X(ROOM_FULL, "media/room-full", 503, "房间已满。", "The room has as many connections as it can hold.")   \
    X(AT_CAPACITY, "media/at-capacity", 503, "在线踏勘已达服务器上限,请稍后再试。",                          \
      "This media server carries as many visits as it can; try again later.")                                \
    X(BUSY, "media/busy", 503, "服务器正忙,暂时不能开始新的踏勘,请过几分钟再试。",                           \
      "The media server is too busy to begin one more visit; try again in a few minutes.")                   \
    X(CAMERA_DISABLED, "camera/disabled", 403, "本系统没有开通固定摄像头。",                                 \
      "No camera networks are configured here.")                                                             \
    X(CAMERA_URL, "camera/url", 400, "摄像头地址不正确,应为 rtsp:// 或 rtsps:// 开头的完整地址。",           \
      "The camera's address is not an rtsp:// or rtsps:// URL.")                                             \
    X(CAMERA_NETWORK, "camera/network", 403, "摄像头不在允许的网络范围内。",                                 \
      "The camera's address is not in a network that is allowed.")                                           \
    X(CAMERA_NOT_FOUND, "camera/not-found", 404, "没有这个摄像头。", "There is no such camera.")             \
    X(CAMERA_LIMIT, "camera/limit", 409, "一次踏勘的摄像头数量已达上限。",                                   \
      "The room has as many cameras as it can hold.")

typedef enum {
#define MEDIA_PROBLEM_ENUM(name, code, status, zh, en) MEDIA_PROBLEM_##name,
    MEDIA_PROBLEM_TABLE(MEDIA_PROBLEM_ENUM)
#undef MEDIA_PROBLEM_ENUM
} MediaProblem;

/** An answer that waits for its request: what a worker fills in and the loop's thread sends. */
typedef struct {
    int status;
    const char *content_type; /* static */
    char *body;               /* owned */
    char *location;           /* owned */
} MediaAnswer;

void media_answer_clear(MediaAnswer *answer);
void media_answer_send(MediaAnswer *answer, HttpRequest *request);

void media_answer_problem(MediaAnswer *answer, MediaProblem problem, const char *detail);
/** The error of sdp_offer_parse(), sdp_negotiate() or sdp_fragment_parse(). */
void media_answer_sdp_error(MediaAnswer *answer, const GError *error);
