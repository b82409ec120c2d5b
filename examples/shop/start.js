// The whole shop in one process, on its ordinary ports: `node start.js`.
import './web.js';
import './orders.js';
import './payments.js';
