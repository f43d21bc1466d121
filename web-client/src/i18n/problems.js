/**
 * What this page itself says when something goes wrong; apart from the other words, because every page needs it and some need nothing else.
 */

export const zh = {
    'problem.link-lost': '网络断开了，这一步没有送到。重新连上后请再试一次。',
    'problem.link-offline': '连不上服务器。请检查网络，我们会自动重试。',
    'problem.link-timeout': '服务器迟迟没有回应，请再试一次。',
    'problem.client-unexpected': '页面出了意外，请刷新后继续；已经录下的内容不受影响。',
    'problem.http-unexpected': '服务器没有正常回应，请稍后再试。',
    'problem.client-torch': '手电没有打开，这部手机不让网页控制手电。',
    'problem.client-flip': '没能切换摄像头，已回到原来的摄像头。',
};

/** @type {Record<keyof typeof zh, string>} */
export const en = {
    'problem.link-lost': 'The connection broke before this was delivered. Try again once it is back.',
    'problem.link-offline': 'The server cannot be reached. Check the network; we keep trying.',
    'problem.link-timeout': 'The server did not answer in time. Try again.',
    'problem.client-unexpected': 'Something unexpected happened on this page. Reload it to go on; what was recorded is not affected.',
    'problem.http-unexpected': 'The server did not answer as expected. Try again shortly.',
    'problem.client-torch': 'The torch did not come on: this phone does not let pages control it.',
    'problem.client-flip': 'The camera could not be changed; the one before is back.',
};

export const catalogues = { zh, en };

/** @typedef {keyof typeof zh} ProblemKey */
