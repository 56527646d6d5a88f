namespace tsugi {}
