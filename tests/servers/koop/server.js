// A FeatureServer over the GeoJSON files of the folder `data` beside the working folder. Prints the address at which it listens.
'use strict'

const Koop = require('@koopjs/koop-core')
const files = require('@koopjs/provider-file-geojson')

const koop = new Koop({ logLevel: 'error' })
koop.register(files, { dataDir: 'data' })

const listening = koop.server.listen(0, '127.0.0.1', () => {
  console.log(`listening at http://127.0.0.1:${listening.address().port}`)
})
