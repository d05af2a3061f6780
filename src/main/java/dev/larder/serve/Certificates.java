package dev.larder.serve;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listener's certificate, read again when its files change. New connections bring the look at
/// the files about, at most one per second; it happens beside them, so that none waits for a disk.
/// Files that cannot be used leave the old certificate in place and are complained about once.
final class Certificates {
  private static final Logger log = LoggerFactory.getLogger(Certificates.class);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final PackagesSettings.Tls files;
  private final SslProvider provider;
  private final AtomicLong looked = new AtomicLong(System.nanoTime());
  private volatile Loaded loaded;

  /// Reads the files.
  ///
  /// @throws IOException if they cannot be used; the message says why
  Certificates(PackagesSettings.Tls files, SslProvider provider) throws IOException {
    this.files = files;
    this.provider = provider;
    Stamp stamp = Stamp.of(files);
    this.loaded = new Loaded(context(files, provider), stamp);
  }

  private record Loaded(SslContext context, Stamp stamp) {}

  /// What changes when somebody writes or replaces a file.
  private record Stamp(@Nullable Mark certificate, @Nullable Mark key) {
    private record Mark(FileTime modified, long size, @Nullable Object file) {}

    static Stamp of(PackagesSettings.Tls files) {
      return new Stamp(mark(files.certificate()), mark(files.key()));
    }

    private static @Nullable Mark mark(Path path) {
      try {
        BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
        return new Mark(is.lastModifiedTime(), is.size(), is.fileKey());
      } catch (IOException e) {
        return null;
      }
    }
  }

  /// The context for a new connection. Does not block.
  SslContext current() {
    long last = looked.get();
    long now = System.nanoTime();
    if (now - last >= PAUSE && looked.compareAndSet(last, now)) {
      Thread.ofVirtual().name("certificates").start(this::look);
    }
    return loaded.context();
  }

  private synchronized void look() {
    Stamp stamp = Stamp.of(files);
    if (stamp.equals(loaded.stamp())) {
      return;
    }
    try {
      loaded = new Loaded(context(files, provider), stamp);
      log.info("read the new certificate in {}", files.certificate());
    } catch (IOException e) {
      loaded = new Loaded(loaded.context(), stamp);
      log.warn("keeping the old certificate: {}", e.getMessage());
    }
  }

  private static SslContext context(PackagesSettings.Tls files, SslProvider provider)
      throws IOException {
    PemFiles pem = PemFiles.read(files);
    return SslContextBuilder.forServer(pem.key(), pem.chain().toArray(new X509Certificate[0]))
        .sslProvider(provider)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }
}
