/// Where what Larder says goes: its messages, and the access log of the package listener. Must not
/// know who speaks.
@NullMarked
package dev.larder.log;

import org.jspecify.annotations.NullMarked;
