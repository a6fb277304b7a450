// The list of plugins follows what happens to them.

import "./follow.js";
