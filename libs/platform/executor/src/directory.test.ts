import { describe, expect, it } from 'vitest';
import { defaultDirectory, fileSystemOf, judgeDirectory } from './directory';

const MOUNTS = `/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /tmp tmpfs rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/local\\040disk xfs rw 0 0
10.0.0.1@tcp:/scratch /scratch lustre rw 0 0
overlay /over ext4 rw 0 0
overlay /over overlay rw 0 0
`;

describe('the file system of a directory', () => {
  it.each([
    ['/var/lib/bespoke', 'ext4'],
    ['/home/ada/.local/share/bespoke-executor', 'nfs4'],
    ['/home/local disk/x', 'xfs'],
    ['/homes/ada', 'ext4'],
    ['/scratch', 'lustre'],
    ['/over/x', 'overlay'],
  ])('%s is on %s', (directory, type) => {
    expect(fileSystemOf(directory, MOUNTS)).toBe(type);
  });

  it('is unknown where there is no table of mounts', () => {
    expect(fileSystemOf('/Users/ada', '')).toBeNull();
  });
});

describe('a directory for the executor', () => {
  it('is taken without a word on a local disk with room', () => {
    expect(judgeDirectory('/d', 'ext4', 50e9)).toMatchObject({ refusal: null, warnings: [] });
  });

  it.each(['nfs', 'nfs4', 'lustre', 'cifs', 'beegfs', 'fuse.sshfs'])('is warned of on %s', (type) => {
    const { warnings, refusal } = judgeDirectory('/d', type, 50e9);
    expect(refusal).toBeNull();
    expect(warnings).toEqual([expect.stringContaining(`network file system (${type})`)]);
  });

  it('is warned of in memory, where a reboot loses it', () => {
    expect(judgeDirectory('/d', 'tmpfs', 50e9).warnings).toEqual([expect.stringContaining('reboot')]);
  });

  it('is warned of below 5 GB and refused below 1 GB', () => {
    expect(judgeDirectory('/d', 'ext4', 4.9e9).warnings).toEqual([
      '/d has 4.9 GB free; make room or name another directory with --directory',
    ]);
    expect(judgeDirectory('/d', 'ext4', 0.9e9).refusal).toContain('1 GB is needed');
  });
});

describe('the default directory', () => {
  it('follows XDG_DATA_HOME where that is absolute', () => {
    expect(defaultDirectory({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ada')).toBe('/data/bespoke-executor');
    expect(defaultDirectory({ XDG_DATA_HOME: 'data' }, 'linux', '/home/ada')).toBe(
      '/home/ada/.local/share/bespoke-executor',
    );
  });

  it('is in the Library of a Mac', () => {
    expect(defaultDirectory({}, 'darwin', '/Users/ada')).toBe(
      '/Users/ada/Library/Application Support/bespoke-executor',
    );
  });
});
