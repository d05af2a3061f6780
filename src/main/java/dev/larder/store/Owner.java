package dev.larder.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who owns a file: what root writes in somebody's directory has to become theirs.
///
/// @param user null where the file system knows none
/// @param group null where the file system knows none
public record Owner(@Nullable UserPrincipal user, @Nullable GroupPrincipal group) {
  /// The owner of `file`.
  public static Owner of(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null) {
      return new Owner(null, null);
    }
    PosixFileAttributes attributes = view.readAttributes();
    return new Owner(attributes.owner(), attributes.group());
  }

  /// The user of that name with the group of that name; null if there are no such here.
  ///
  /// @param near a file of the file system that is to know them
  public static @Nullable Owner named(Path near, String name) {
    try {
      UserPrincipalLookupService names = near.getFileSystem().getUserPrincipalLookupService();
      return new Owner(names.lookupPrincipalByName(name), names.lookupPrincipalByGroupName(name));
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /// The user's name; empty where the file system knows none.
  public String name() {
    return user == null ? "" : user.getName();
  }

  /// Whether it is the same user, or the file system knows none.
  boolean sameUser(Owner other) {
    return user == null || user.equals(other.user);
  }

  /// Whether it is the superuser.
  public boolean isRoot() {
    return name().equals("root") || name().equals("0");
  }

  /// Lets their group read `file`, which stays what it is else.
  ///
  /// @throws IOException if this user may not
  public void letRead(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null || group == null) {
      return;
    }
    view.setGroup(group);
    Set<PosixFilePermission> modes = view.readAttributes().permissions();
    modes.add(PosixFilePermission.GROUP_READ);
    view.setPermissions(modes);
  }

  /// Makes `file` theirs, if it is not.
  ///
  /// @throws IOException if this user may not
  public void give(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null || user == null || group == null) {
      return;
    }
    PosixFileAttributes attributes = view.readAttributes();
    if (!attributes.owner().equals(user)) {
      view.setOwner(user);
    }
    if (!attributes.group().equals(group)) {
      view.setGroup(group);
    }
  }

  private static @Nullable PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(
        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }
}
