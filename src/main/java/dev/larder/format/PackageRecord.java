package dev.larder.format;

import dev.larder.store.Checksum;

/// All that is kept of a package once it was read, so that it need not be read again to write an
/// index, however many others are added.
///
/// @param info for people, searches and checks
/// @param size of the file in bytes
/// @param sha256 of the file
/// @param bytes what the format needs to write indexes, in a form of its own; can be read back by
///   [RepositoryFormat#info] and [RepositoryFormat#files]. Depends on the file alone. Not changed
@SuppressWarnings("ArrayRecordComponent") // Opaque and never compared.
public record PackageRecord(PackageInfo info, long size, Checksum sha256, byte[] bytes) {}
