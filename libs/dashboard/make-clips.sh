#!/bin/sh
# Makes the clips of the demo: apt-get install ffmpeg, then sh libs/dashboard/make-clips.sh
# Moving gradients, 6 s each: they are ours, and a few kilobytes are enough for them.
set -eu
cd "$(dirname "$0")/demo/clips"
clip() {
  ffmpeg -y -loglevel error -f lavfi \
    -i "gradients=size=480x270:rate=15:duration=6:speed=0.02:seed=$1:n=4:c0=$2:c1=$3:c2=$4:c3=$5:type=$6" \
    -c:v libx264 -preset veryslow -crf 30 -pix_fmt yuv420p -an -movflags +faststart -map_metadata -1 -fflags +bitexact "$1.mp4"
}
clip 1 '#ff7a59' '#ffd166' '#ef476f' '#7b2d8b' radial
clip 2 '#0b3954' '#087e8b' '#bfd7ea' '#ff5a5f' spiral
clip 3 '#3c1642' '#086375' '#1dd3b0' '#affc41' linear
clip 4 '#14213d' '#fca311' '#e5e5e5' '#1d4ed8' radial
clip 5 '#2b2d42' '#8d99ae' '#ef233c' '#f9c74f' spiral
clip 6 '#004e64' '#00a5cf' '#9fffcb' '#ffb703' linear
