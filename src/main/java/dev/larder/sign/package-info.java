/// Keys and signatures, OpenPGP and RSA. Must not know what is signed.
@NullMarked
package dev.larder.sign;

import org.jspecify.annotations.NullMarked;
